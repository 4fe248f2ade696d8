"""Tests need no network, and leave nothing in the user's caches."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hub as hub_server
import pytest
from hub_http import TOKEN, HubServer
from hypothesis import settings

_CACHE = tempfile.TemporaryDirectory(prefix="datasets-cache-")  # removed when the interpreter ends
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_CACHE"] = _CACHE.name
settings.register_profile("shared machine", deadline=None)  # speed is for benchmarks
settings.load_profile("shared machine")
ROOT = Path(__file__).parents[1]


@pytest.fixture
def hub(tmp_path, monkeypatch) -> Iterator[HubServer]:
    """A Hub for this process and those that it starts, which work in an empty directory and have the right token."""
    from huggingface_hub import constants
    from huggingface_hub.utils import reset_sessions

    home, work = tmp_path / "home", tmp_path / "work"
    work.mkdir()
    with hub_server.serving(tmp_path / "hub") as server:
        for name, value in {
            "ENDPOINT": server.endpoint,
            "HF_HUB_OFFLINE": False,
            "HF_HUB_CACHE": str(home / "hub"),
            "HF_TOKEN_PATH": str(home / "token"),
        }.items():  # which huggingface_hub read from the environment when it was imported
            monkeypatch.setattr(constants, name, value)
        template = server.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("huggingface_hub.file_download.HUGGINGFACE_CO_URL_TEMPLATE", template)
        environment = {"HF_ENDPOINT": server.endpoint, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0", "HF_HOME": home}
        for name, value in {**environment, "HF_DATASETS_CACHE": home / "datasets", "PYTHONPATH": ROOT}.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # between its own tries
        monkeypatch.chdir(work)
        reset_sessions()
        yield server
    reset_sessions()
