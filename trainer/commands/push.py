"""Publish a run: weights, ONNX files, figures and card in one commit on the Hugging Face Hub."""

from __future__ import annotations

import sys
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import sha

from cryptoai_common.errors import UserError
from cryptoai_common.hub import hub_errors, writing_client
from cryptoai_common.tool_files import is_of_a_tool
from trainer.config import PushConfig
from trainer.data.manifest import Manifest
from trainer.data.mixture import read_any
from trainer.models.classifier import ONNX
from trainer.runs.card import card_text
from trainer.runs.results import read_results
from trainer.runs.trained_on import differing_dataset


def push(config: PushConfig) -> None:
    """Upload what the Hub lacks and print the address.

    The Hub keeps large files by their hash, so that a push that broke off goes on; the commit at the end makes all of
    it appear at once. Raises UserError if this is no run, the Hub refuses, or the revision is there and differs.
    """
    known = read_any(config.dataset) if config.dataset else None
    _warn(config, known)
    files = _files(config, known)
    api = writing_client(config.repo)
    with hub_errors(config.repo):
        api.create_repo(config.repo, private=config.private or None, exist_ok=True)
        refs = api.list_repo_refs(config.repo)
        tagged = config.revision in [tag.name for tag in refs.tags]
        there = _files_on_hub(api, config.repo, config.revision if tagged else "main")
        changed = [file for file in files if not _is_there(file, there)]
        if tagged and changed:
            raise UserError(
                f"{config.repo} has another {changed[0].path_in_repo} as {config.revision}: a version does not change,"
                " choose another --revision"
            )
        stale = [] if tagged else _stale(there, files)
        if changed or stale:
            _commit(api, config, changed, stale)
        if config.revision and not tagged:
            api.create_tag(config.repo, tag=config.revision)
    place = f"/tree/{config.revision}" if config.revision else ""
    what = "has this model now" if changed or stale else "has this model already: nothing to upload"
    print(f"{api.endpoint}/{config.repo}{place} {what}")


def _warn(config: PushConfig, known: Manifest | None) -> None:
    """Say what may not be meant: figures or a dataset of another fingerprint, or no file for those without torch."""
    warnings = []
    if known:
        warnings.append(differing_dataset(config.run, str(config.dataset), known.fingerprint))
    for entry in read_results(config.run)["evaluations"]:
        name = f"{entry['dataset']}, of which the card has figures,"
        warnings.append(differing_dataset(config.run, name, entry["fingerprint"]))
    if not (config.run / ONNX).exists():
        warnings.append(f"{config.run} has no {ONNX}: without `python -m trainer export` only torch can load the model")
    for warning in dict.fromkeys(filter(None, warnings)):
        print(f"warning: {warning}", file=sys.stderr)


def _files(config: PushConfig, known: Manifest | None) -> list[CommitOperationAdd]:
    """Every file of the run but those of other tools, with the card under its name on the Hub."""
    files = [CommitOperationAdd("README.md", card_text(config.run, config.repo, known).encode())]
    for path in sorted(config.run.rglob("*")):
        name = path.relative_to(config.run)
        if path.is_file() and name != Path("README.md") and not is_of_a_tool(name):
            files.append(CommitOperationAdd(name.as_posix(), path))
    return files


def _files_on_hub(api: HfApi, repo: str, revision: str) -> dict[str, str]:
    """The hash of each file by its name: SHA-256 of a large one, git's of a small one."""
    tree = api.list_repo_tree(repo, recursive=True, revision=revision)
    return {file.path: file.lfs.sha256 if file.lfs else file.blob_id for file in tree if isinstance(file, RepoFile)}


def _is_there(file: CommitOperationAdd, there: dict[str, str]) -> bool:
    hash = there.get(file.path_in_repo, "")
    if len(hash) == len(file.upload_info.sha256.hex()):
        return hash == file.upload_info.sha256.hex()
    with file.as_file() as content:
        return hash == sha.git_hash(content.read())


def _stale(there: dict[str, str], files: list[CommitOperationAdd]) -> list[str]:
    """ONNX files of an earlier version that this one does not have. Other files may be somebody's own."""
    kept = {file.path_in_repo for file in files}
    return [name for name in there if name.startswith(f"{ONNX.parent}/") and name not in kept]


def _commit(api: HfApi, config: PushConfig, changed: list[CommitOperationAdd], stale: list[str]) -> None:
    operations = [*changed, *map(CommitOperationDelete, stale)]
    api.create_commit(config.repo, operations, commit_message=f"Model {config.run.resolve().name}")
