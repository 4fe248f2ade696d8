"""Publish a run: weights, ONNX files, figures and card in one commit on the Hugging Face Hub."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import sha

from cryptoai_common.errors import UserError
from cryptoai_common.files import file_hash, write_text
from cryptoai_common.hub import publish, writing_client
from cryptoai_common.tool_files import is_of_a_tool
from trainer.config import PushConfig
from trainer.data.manifest import Manifest
from trainer.models.classifier import ONNX
from trainer.runs.card import card_text
from trainer.runs.results import read_results
from trainer.runs.trained_on import differing_dataset

# Files in this directory of the repository are removed if this version lacks them; others may be the owner's.
REPLACED = ONNX.parent
logger = logging.getLogger(__name__)


def push(config: PushConfig) -> None:
    """Upload the files that the Hub does not have yet, and print the address.

    Large files are uploaded first and kept by their hash, so an interrupted push is continued; one commit at the end
    publishes all files at once. Raises UserError if this is no run, the Hub refuses, or the tag exists and differs.
    """
    known = _read_dataset(config.dataset) if config.dataset else None
    _warn(config, known)
    card = card_text(config.run, config.repo, known)
    api = writing_client(config.repo)
    with tempfile.TemporaryDirectory() as scratch:
        folder = _published(config.run, card, Path(scratch) / "run")
        publish(
            api, config, "model", lambda: _refuse_another(api, config, folder), lambda: _commit(api, config, folder)
        )


def _read_dataset(directory: Path) -> Manifest:
    from trainer.data.mixture import read_any  # loads datasets, of which a push without --dataset has no need

    return read_any(directory)


def _warn(config: PushConfig, known: Manifest | None) -> None:
    """Warn of scores or a dataset with another fingerprint, and of a run without ONNX files."""
    warnings = []
    if known:
        warnings.append(differing_dataset(config.run, str(config.dataset), known.fingerprint))
    for entry in read_results(config.run)["evaluations"]:
        name = f"{entry['dataset']}, of which the card has figures,"
        warnings.append(differing_dataset(config.run, name, entry["fingerprint"]))
    if not (config.run / ONNX).exists():
        warnings.append(f"{config.run} has no {ONNX}: without `python -m trainer export` only torch can load the model")
    for warning in dict.fromkeys(filter(None, warnings)):
        logger.warning(warning)


def _published(run: Path, card: str, folder: Path) -> Path:
    """Fill ``folder`` with what is published: links to the run's files, and the card for the Hub.

    Hidden files and those of other tools stay out.
    """

    def left_out(_: str, names: list[str]) -> list[str]:
        return [name for name in names if is_of_a_tool(Path(name))]

    shutil.copytree(run.resolve(), folder, copy_function=os.symlink, ignore=left_out)
    write_text(folder / "README.md", card)  # in place of the link: the run keeps its own
    return folder


def _commit(api: HfApi, config: PushConfig, folder: Path) -> str:
    """Upload what differs; returns the id of the newest commit, an earlier one if nothing differs."""
    message = f"Model {config.run.resolve().name}"
    return api.upload_folder(
        repo_id=config.repo, folder_path=folder, delete_patterns=f"{REPLACED}/*", commit_message=message
    ).oid


def _refuse_another(api: HfApi, config: PushConfig, folder: Path) -> None:
    """Raises UserError that names the first file in which the revision on the Hub differs."""
    tree = api.list_repo_tree(config.repo, recursive=True, revision=config.revision)
    there = {file.path: file for file in tree if isinstance(file, RepoFile)}
    here = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name in sorted(here.keys() | {name for name in there if Path(name).is_relative_to(REPLACED)}):
        if name not in here or name not in there or not is_same(here[name], there[name]):
            raise UserError(
                f"{config.repo} has another {name} as {config.revision}: a version does not change,"
                " choose another --revision"
            )


def is_same(path: Path, file: RepoFile) -> bool:
    """Compare by SHA-256 for a large file, by git's hash for a small one."""
    if file.lfs:
        return file_hash(path) == file.lfs.sha256
    return sha.git_hash(path.read_bytes()) == file.blob_id
