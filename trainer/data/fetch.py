"""Datasets on the Hub: fetched once into ``data/hub``, verified, and the same for every run from then on."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout
from huggingface_hub import HfApi
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
from tqdm.contrib.concurrent import thread_map

from cryptoai_common.dataset import SOURCE, read_source
from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from cryptoai_common.hub import HubError, hub_errors
from trainer.data.manifest import verify

PREFIX = "hub:"
FETCHED = Path("data/hub")


@dataclass(frozen=True)
class HubName:
    """``hub:user/name@revision``; without a revision it is ``main``."""

    repo: str
    revision: str

    @classmethod
    def parse(cls, name: str) -> HubName:
        """Raises UserError if it is not written so."""
        match = re.fullmatch(r"hub:([^/@]+/[^/@]+)(?:@(.+))?", name)
        if not match:
            raise UserError(f"{name} does not name a dataset on the Hub; write hub:user/name@revision")
        return cls(match[1], match[2] or "main")

    def __str__(self) -> str:
        return f"{self.repo}@{self.revision}"

    @property
    def directory(self) -> Path:
        """Where it is kept. The Makefile knows this rule too."""
        return FETCHED / str(self).replace("/", "--").replace("@", "--")


def local_datasets(datasets: tuple[Path, ...]) -> tuple[Path, ...]:
    """The directory of each dataset: itself, or for ``hub:user/name@revision`` the one that it was fetched into."""
    return tuple(fetch(each.as_posix()) if each.as_posix().startswith(PREFIX) else each for each in datasets)


def fetch(dataset: str) -> Path:
    """Fetch ``hub:user/name@revision`` unless it is there; returns its directory. A fetch that broke off goes on.

    Raises UserError, with nothing under the final name, if it cannot be had, is no dataset of ours, or was altered;
    and if the revision is no longer what it was when it was fetched.
    """
    name = HubName.parse(dataset)
    if (name.directory / "manifest.json").exists():
        _refuse_a_change(name)
    else:
        _fetch(name)
    return name.directory


def _refuse_a_change(name: HubName) -> None:
    source = read_source(name.directory)
    if source is None:
        raise UserError(f"{name.directory} has no {SOURCE}, so it was not fetched from the Hub; move it away")
    if name.revision == source["commit"]:  # which cannot change
        return
    try:
        commit = _commit(name)
    except HubError as error:
        at = f"on {source['fetched']} at commit {source['commit'][:12]}"
        print(f"{error.reason}: using {name.directory}, fetched {at}", file=sys.stderr)
        return
    if commit != source["commit"]:
        raise UserError(
            f"{name} has changed on the Hub: it is commit {commit[:12]} now, and was {source['commit'][:12]} when"
            f" {name.directory} was fetched on {source['fetched']}; name {PREFIX}{name.repo}@{source['commit']} to keep"
            f" that, or delete the directory to take the new one"
        )


def _commit(name: HubName) -> str:
    with hub_errors(name.repo):
        return HfApi().dataset_info(name.repo, revision=name.revision, timeout=10).sha


def _fetch(name: HubName) -> None:
    commit, directory = _commit(name), name.directory
    partial = directory.with_name(directory.name + ".partial")
    made = partial / commit  # of another commit no file is taken over
    try:
        with hub_errors(name.repo):
            made.mkdir(parents=True, exist_ok=True)
            with FileLock(partial / "lock", timeout=0):
                _download(name, commit, made)
                _check(name, made)
                source = {"repo": name.repo, "revision": name.revision, "commit": commit}
                write_json(made / SOURCE, source | {"fetched": date.today().isoformat()})
                made.rename(directory)
    except Timeout:
        raise UserError(f"another process fetches {name} into {partial}; wait for it") from None
    shutil.rmtree(partial)


def _download(name: HubName, commit: str, made: Path) -> None:
    """Every file of the commit. Those that are there stay, and one that is there in part is continued."""
    for note in (made / ".cache").rglob("*.metadata"):  # huggingface_hub fails on one that a full disk cut short
        if len(note.read_text(encoding="utf-8").split()) < 3:
            note.unlink()
    api, shown = HfApi(), not are_progress_bars_disabled()

    def download(file: str) -> None:
        api.hf_hub_download(name.repo, file, repo_type="dataset", revision=commit, local_dir=made)

    disable_progress_bars()  # one a file; there is one for all of them
    try:
        download("manifest.json")
        files = api.list_repo_files(name.repo, repo_type="dataset", revision=commit)
        thread_map(download, [file for file in files if file != ".gitattributes"], desc=f"fetching {name}", unit="file")
    except LocalEntryNotFoundError:  # no connection
        raise
    except EntryNotFoundError:
        raise UserError(
            f"{name} has no manifest.json, so `python -m dataset_builder push` did not make it; it cannot be verified"
        ) from None
    finally:
        if shown:
            enable_progress_bars()
    shutil.rmtree(made / ".cache")  # what huggingface_hub remembers of the download


def _check(name: HubName, made: Path) -> None:
    try:
        verify(made)
    except UserError as error:
        shutil.rmtree(made)
        raise UserError(f"{name} on the Hub is not what its manifest says, and was not kept: {error}") from None
