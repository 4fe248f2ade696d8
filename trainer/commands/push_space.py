"""Publish a page that ``site`` built, as a static Space on the Hugging Face Hub."""

from __future__ import annotations

from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoFile

from cryptoai_common.errors import UserError
from cryptoai_common.hub import ATTRIBUTES, SPACE, publish, writing_client
from trainer.commands.push import is_same
from trainer.config import PushSpaceConfig
from trainer.site.build import is_site


def push_space(config: PushSpaceConfig) -> None:
    """Upload the files that the Space does not have yet, remove others, and print the address.

    Raises UserError if the folder is no site, the Hub refuses, or the tag exists and differs.
    """
    if not is_site(config.site):
        raise UserError(f"{config.site} is no site; make it with `python -m trainer site`")
    api = writing_client(config.repo)
    publish(api, config, SPACE, lambda: _refuse_another(api, config), lambda: _commit(api, config))


def _commit(api: HfApi, config: PushSpaceConfig) -> str:
    return api.upload_folder(
        repo_id=config.repo,
        repo_type=SPACE,
        folder_path=config.site,
        delete_patterns="*",
        commit_message="The page",
    ).oid


def _refuse_another(api: HfApi, config: PushSpaceConfig) -> None:
    """Raises UserError that names the first file in which the revision on the Hub differs."""
    tree = api.list_repo_tree(config.repo, repo_type=SPACE, recursive=True, revision=config.revision)
    there = {file.path: file for file in tree if isinstance(file, RepoFile) and file.path != ATTRIBUTES}
    here = {path.name: path for path in config.site.iterdir()}
    for name in sorted(here.keys() | there.keys()):
        if name not in here or name not in there or not is_same(here[name], there[name]):
            raise UserError(
                f"{config.repo} has another {name} as {config.revision}: a version does not change,"
                " choose another --revision"
            )
