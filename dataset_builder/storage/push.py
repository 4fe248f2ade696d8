"""Publish a dataset: Parquet files, manifest, card and audit in one commit on the Hugging Face Hub.

Parquet, whatever the dataset has on disk: thirteen thousand PNG files would be as many requests for everyone who loads
it, more than the Hub answers an hour, and its viewer reads Parquet at once. The fingerprint stays what it is. Files are
made in memory one at a time and sent ahead; the Hub keeps what it has by its hash, so a push that broke off goes on,
and the commit at the end makes all of it appear at once.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from cryptoai_common.dataset import MANIFEST, read_manifest
from cryptoai_common.errors import UserError
from cryptoai_common.files import json_text
from cryptoai_common.hub import publish, writing_client
from dataset_builder.config import PushConfig, VerifyConfig
from dataset_builder.storage.card import audit_section, card_text
from dataset_builder.storage.shards import number_of_shards, shards
from dataset_builder.storage.verify import verify

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    CommitOperation = CommitOperationAdd | CommitOperationDelete


def push(config: PushConfig) -> None:
    """Verify the dataset, upload what the Hub lacks and print the address.

    Raises UserError if the dataset was altered, the Hub refuses, or the revision is there and holds something else.
    """
    api, manifest = writing_client(config.repo), read_manifest(config.directory)
    verify(VerifyConfig(config.directory))
    publish(
        api, config, "dataset", lambda: _refuse_another(api, config, manifest), lambda: _commit(api, config, manifest)
    )


def _commit(api: HfApi, config: PushConfig, manifest: dict[str, Any]) -> str:
    """Upload and commit; returns the id of the commit, the last one if there is nothing to change."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    there = _manifest_on_hub(api, config.repo)
    operations: list[CommitOperation] = []
    if there is None or there["fingerprint"] != manifest["fingerprint"]:
        operations, hashes = _upload_shards(api, config, manifest)
        there = manifest | {"config": manifest["config"] | {"format": "parquet"}, "files": hashes}
        operations.append(CommitOperationAdd(MANIFEST, json_text(there).encode()))
    card = card_text(config.repo, there) + audit_section(config.directory)
    operations.append(CommitOperationAdd("README.md", card.encode()))
    for path in sorted(config.directory.glob("audit/*")):
        operations.append(CommitOperationAdd(f"audit/{path.name}", path))
    kept = {*there["files"], *(operation.path_in_repo for operation in operations)}
    for name in api.list_repo_files(config.repo, repo_type="dataset"):
        if name.startswith(("data/", "audit/")) and name not in kept:  # of an earlier version; other files may be yours
            operations.append(CommitOperationDelete(name))
    message = f"Dataset {manifest['fingerprint'][:12]}, drawn by dataset_builder {manifest['generator_version']}"
    return api.create_commit(config.repo, operations, repo_type="dataset", commit_message=message).oid


def _upload_shards(
    api: HfApi, config: PushConfig, manifest: dict[str, Any]
) -> tuple[list[CommitOperation], dict[str, str]]:
    """Send every Parquet file ahead; returns what the commit has to add, and the files' SHA-256 by name."""
    from huggingface_hub import CommitOperationAdd

    operations: list[CommitOperation] = []
    hashes: dict[str, str] = {}
    with tqdm(total=number_of_shards(manifest), unit="file", desc="uploading") as progress:
        for name, content in shards(config.directory, manifest):
            addition = CommitOperationAdd(name, content)
            operations.append(addition)
            hashes[name] = hashlib.sha256(content).hexdigest()
            api.preupload_lfs_files(config.repo, [addition], repo_type="dataset")  # and forgets the content
            progress.update()
    return operations, dict(sorted(hashes.items()))


def _manifest_on_hub(api: HfApi, repo: str, revision: str | None = None) -> dict[str, Any] | None:
    """The manifest of what the repository holds; None if that is no dataset of ours."""
    from huggingface_hub import errors

    with tempfile.TemporaryDirectory() as scratch:
        try:
            path = api.hf_hub_download(repo, MANIFEST, repo_type="dataset", revision=revision, local_dir=scratch)
            manifest = json.loads(Path(path).read_text())
        except errors.LocalEntryNotFoundError:  # no connection: it may well be there
            raise
        except (errors.EntryNotFoundError, ValueError):
            return None
    return manifest if isinstance(manifest, dict) and "fingerprint" in manifest else None


def _refuse_another(api: HfApi, config: PushConfig, manifest: dict[str, Any]) -> None:
    there = _manifest_on_hub(api, config.repo, config.revision) or {"fingerprint": "none"}
    if there["fingerprint"] != manifest["fingerprint"]:
        raise UserError(
            f"{config.repo} has another dataset as {config.revision} (fingerprint {there['fingerprint'][:12]}, not "
            f"{manifest['fingerprint'][:12]}): a version does not change, choose another --revision"
        )
