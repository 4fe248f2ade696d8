"""Fetches a dataset from the Hub into ``data/hub`` and verifies it; later runs use that copy."""

from __future__ import annotations

import logging
import shutil
from datetime import date
from pathlib import Path

import requests
from huggingface_hub import HfApi
from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
from tqdm.asyncio import tqdm  # the class that huggingface_hub's types ask for

from cryptoai_common.dataset import MANIFEST, SOURCE, read_source
from cryptoai_common.errors import UserError
from cryptoai_common.files import locked, partial_path, write_json
from cryptoai_common.hub import ATTRIBUTES, HubError, hub_errors
from cryptoai_common.hub_names import PREFIX, HubName, is_hub_name
from trainer.data.manifest import verify

HUB_TIMEOUT = 10  # seconds to wait for what the Hub says of a revision
logger = logging.getLogger(__name__)


def local_datasets(datasets: tuple[Path, ...]) -> tuple[Path, ...]:
    """The directory of each dataset; one named ``hub:user/name@revision`` is fetched first."""
    return tuple(fetch(each.as_posix()) if is_hub_name(each) else each for each in datasets)


def fetch(dataset: str) -> Path:
    """Fetch ``hub:user/name@revision`` unless it was fetched before; returns its directory.

    An interrupted fetch is continued. Raises UserError, and leaves no directory of that name, if the dataset cannot be
    fetched, was not built by dataset_builder, or was altered; also if the revision of a dataset that was fetched before
    has changed on the Hub.
    """
    name = HubName.parse(dataset)
    if (name.directory / MANIFEST).exists():
        _refuse_a_change(name)
    else:
        _fetch(name)
    return name.directory


def _refuse_a_change(name: HubName) -> None:
    """Raises UserError if the revision is another commit now; if the Hub does not answer, warns instead."""
    source = read_source(name.directory)
    if source is None:
        raise UserError(f"{name.directory} has no {SOURCE}, so it was not fetched from the Hub; move it away")
    if name.revision == source["commit"]:  # a commit cannot change
        return
    try:
        commit = _commit(name)
    except HubError as error:
        at = f"on {source['fetched']} at commit {source['commit'][:12]}"
        logger.warning("%s: using %s, fetched %s", error.reason, name.directory, at)
        return
    if commit != source["commit"]:
        raise UserError(
            f"{name} has changed on the Hub: it is commit {commit[:12]} now, and was {source['commit'][:12]} when"
            f" {name.directory} was fetched on {source['fetched']}; name {PREFIX}{name.repo}@{source['commit']} to keep"
            f" that, or delete the directory to take the new one"
        )


def _commit(name: HubName) -> str:
    with hub_errors(name.repo):
        commit = HfApi().dataset_info(name.repo, revision=name.revision, timeout=HUB_TIMEOUT).sha
    assert commit is not None  # the Hub leaves it out only where other fields are asked for
    return commit


def _fetch(name: HubName) -> None:
    commit, directory = _commit(name), name.directory
    partial = partial_path(directory)
    made = partial / commit  # files of another commit are not reused
    with hub_errors(name.repo):
        made.mkdir(parents=True, exist_ok=True)
        with locked(partial, f"another process fetches {name} into {partial}; wait for it"):
            _download(name, commit, made)
            _check(name, made)
            source = {"repo": name.repo, "revision": name.revision, "commit": commit}
            write_json(made / SOURCE, source | {"fetched": date.today().isoformat()})
            made.rename(directory)
    shutil.rmtree(partial)


def _download(name: HubName, commit: str, made: Path) -> None:
    """Download every file of the commit that is not in ``made`` yet; one that is there in part is continued."""
    for note in (made / ".cache").rglob("*.metadata"):  # one cut short by a full disk stops huggingface_hub
        if len(note.read_text(encoding="utf-8").split()) < 3:
            note.unlink()
    api, shown = HfApi(), not are_progress_bars_disabled()
    files = [
        file for file in api.list_repo_files(name.repo, repo_type="dataset", revision=commit) if file != ATTRIBUTES
    ]
    if MANIFEST not in files:
        raise UserError(
            f"{name} has no {MANIFEST}, so `python -m dataset_builder push` did not make it; it cannot be verified"
        )
    disable_progress_bars()  # those for each file; ``tqdm_class`` draws one for all files
    try:
        api.snapshot_download(
            name.repo,
            repo_type="dataset",
            revision=commit,
            local_dir=made,
            tqdm_class=tqdm,
            ignore_patterns=ATTRIBUTES,
        )
    finally:
        if shown:
            enable_progress_bars()
    if not all((made / file).is_file() for file in files):
        # If the Hub does not answer, snapshot_download raises no error and returns the directory with the files so far.
        raise requests.ConnectionError(f"{name} is incomplete")
    shutil.rmtree(made / ".cache")  # huggingface_hub's notes about the download


def _check(name: HubName, made: Path) -> None:
    """Raises UserError, and deletes what was downloaded, if it does not match its manifest."""
    try:
        verify(made)
    except UserError as error:
        shutil.rmtree(made)
        raise UserError(f"{name} on the Hub is not what its manifest says, and was not kept: {error}") from None
