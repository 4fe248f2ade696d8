"""The name of a dataset on the Hub and its directory, with the standard library alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptoai_common.errors import UserError
from cryptoai_common.hub_names import HubName, is_hub_name

ROOT = Path(__file__).parents[2]
PARTS = st.text("abcXYZ019._", min_size=1, max_size=8)


def ask(name: str) -> subprocess.CompletedProcess[str]:
    """Asks as the Makefile does, without any installed package."""
    command = [sys.executable, "-S", "-m", "cryptoai_common.hub_names", name]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={})


@given(user=PARTS, name=PARTS, revision=st.none() | PARTS)
def test_a_name_is_taken_apart(user, name, revision):
    hub_name = HubName.parse(f"hub:{user}/{name}" + (f"@{revision}" if revision else ""))
    assert hub_name == HubName(f"{user}/{name}", revision or "main")
    assert hub_name.directory == Path(f"data/hub/{user}--{name}--{revision or 'main'}")


def test_names_become_directories():
    assert HubName.parse("hub:user/charts").directory == Path("data/hub/user--charts--main")
    assert HubName.parse("hub:user/charts@refs/pr/1").directory == Path("data/hub/user--charts--refs--pr--1")


@pytest.mark.parametrize("name", ["hub:charts", "user/charts", "hub:a/b/c", "hub:a/b@", "hub:/b", ""])
def test_other_names_are_refused(name):
    with pytest.raises(UserError, match="write hub:user/name@revision"):
        HubName.parse(name)


def test_what_is_a_name_and_what_a_directory():
    assert is_hub_name("hub:user/charts@v1") and is_hub_name(Path("hub:user/charts"))
    assert not is_hub_name("data/hub") and not is_hub_name(Path("github:x")) and not is_hub_name("")


def test_the_makefile_can_ask_before_anything_is_installed():
    assert ask("hub:user/charts@v1").stdout == "data/hub/user--charts--v1\n"
    wrong = ask("hub:charts")
    assert wrong.returncode == 2 and wrong.stdout == ""
    assert wrong.stderr == "error: hub:charts does not name a dataset on the Hub; write hub:user/name@revision\n"
