from __future__ import annotations

import json

import pytest

from benchmarks.told import in_percent, tell
from cryptoai_common.errors import CheckFailed, UserError


def test_a_table_is_printed_and_its_figures_are_stored(tmp_path, capsys):
    assert tell(lambda: {"hits": 3}, lambda found: f"{found['hits']} hits", tmp_path / "found.json") == 0
    assert capsys.readouterr().out == "3 hits\n"
    assert json.loads((tmp_path / "found.json").read_text()) == {"hits": 3}
    assert tell(lambda: 1, str, None) == 0


@pytest.mark.parametrize(("error", "code"), [(UserError, 2), (CheckFailed, 1)])
def test_a_fault_is_one_sentence_and_stores_nothing(tmp_path, capsys, error, code):
    def measure() -> int:
        raise error("no such run")

    assert tell(measure, str, tmp_path / "found.json") == code
    assert capsys.readouterr() == ("", "error: no such run\n")
    assert not list(tmp_path.iterdir())


def test_a_share_has_its_interval_beside_it():
    assert in_percent(0.613, (0.56, 0.664)) == "61 (56–66)"
    assert in_percent(0.613, (0.56, 0.664), digits=1) == "61.3 (56–66)"
    assert in_percent(0.613, (0.56, 0.664), 1, 1) == "61.3 (56.0–66.4)"
