"""The Hugging Face Hub: a client that may write, publication under a tag, and each of its errors as one sentence."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from cryptoai_common.errors import UserError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

ATTRIBUTES = ".gitattributes"  # how the Hub stores each file of a repository; no part of what was published
SPACE: Literal["space"] = "space"  # a repository that is a page
LOGIN = "make a token that may do this, then set HF_TOKEN or run `hf auth login`"
AGAIN = "run the same command again, and it goes on where it stopped"


class Destination(Protocol):
    """The repository and tag to publish under: options that the ``push`` of both packages has."""

    @property
    def repo(self) -> str:
        """``user/name``."""

    @property
    def private(self) -> bool:
        """Whether a new repository is one that only its owner sees."""

    @property
    def revision(self) -> str | None:
        """The tag for this version, if it gets one."""


class HubError(UserError):
    """The Hub, the connection to it or the disk refused. ``reason`` is the message without the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason


def writing_client(repo: str) -> HfApi:
    """A client of the Hub that HF_ENDPOINT names. Raises UserError without a repository name, or a valid token."""
    from huggingface_hub import HfApi, constants, get_token
    from huggingface_hub.utils.logging import set_verbosity
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if repo.count("/") != 1 or not all(repo.split("/")):
        raise UserError(f"--repo must be the name of a repository, user/name, not {repo!r}")
    if not get_token():
        raise UserError(f"there is no token for {constants.ENDPOINT}: {LOGIN}")
    set_verbosity(logging.ERROR)  # otherwise it reports that nothing changed, which push reports itself
    disable_progress_bars()  # otherwise it shows one for each file, even for files that the Hub has already
    api = HfApi()
    with hub_errors(repo):
        api.whoami()
    return api


def publish(
    api: HfApi,
    to: Destination,
    kind: Literal["model", "dataset", "space"],
    refuse_another: Callable[[], None],
    commit: Callable[[], str],
) -> None:
    """Make the repository if it is not there, commit, tag the commit and print the address.

    ``commit`` uploads what the Hub lacks and returns the id of the newest commit: an earlier one if nothing differs.
    A tag does not move: if it is there, nothing is committed, and ``refuse_another`` raises UserError for a tag of
    something else. Raises HubError for what the Hub refuses.
    """
    with hub_errors(to.repo):
        sdk = "static" if kind == SPACE else None
        api.create_repo(to.repo, repo_type=kind, private=to.private or None, exist_ok=True, space_sdk=sdk)
        refs = api.list_repo_refs(to.repo, repo_type=kind)
        changed = False
        if to.revision in [tag.name for tag in refs.tags]:
            refuse_another()
        else:
            before = next((branch.target_commit for branch in refs.branches if branch.name == "main"), None)
            after = commit()
            changed = after != before
            if to.revision:
                api.create_tag(to.repo, tag=to.revision, revision=after, repo_type=kind)
    place = to.repo if kind == "model" else f"{kind}s/{to.repo}"
    version = f"/tree/{to.revision}" if to.revision else ""
    what = f"has this {kind} now" if changed else f"has this {kind} already: nothing to upload"
    print(f"{api.endpoint}/{place}{version} {what}")


@contextmanager
def hub_errors(repo: str) -> Iterator[None]:
    """Turn an error of the Hub, of the connection to it or of the disk into a HubError. It never contains a token."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # huggingface_hub wraps what happened in errors of many kinds
        told = _explain(error, repo)
        if told is None:
            raise
        raise HubError(*told) from error


def _explain(error: BaseException | None, repo: str) -> tuple[str, str] | None:
    """Reason and remedy of the error, or of the one that caused it; None if neither Hub nor disk is at fault."""
    import requests
    from huggingface_hub import constants, errors

    hub = constants.ENDPOINT
    match error:
        case None:
            return None
        case errors.LocalEntryNotFoundError():  # its cause is the error that tells what happened
            return _explain(error.__cause__, repo)
        case errors.HFValidationError():
            return f"{repo} is not a name that a repository can have", "it must be user/name"
        case errors.OfflineModeIsEnabled():
            return f"HF_HUB_OFFLINE keeps {hub} out of reach", f"unset it, then {AGAIN}"
        case errors.RevisionNotFoundError():
            return f"{repo} has no such revision on {hub}", "look at its tags and commits there"
        case errors.RepositoryNotFoundError():
            return f"{hub} has no {repo}, or the token may not see it", f"check the name; if it is private, {LOGIN}"
        case errors.EntryNotFoundError():
            return f"a file of {repo} is missing on {hub}", "look at its files there"
        case requests.HTTPError(response=requests.Response(status_code=401)):
            return f"{hub} does not accept the token", LOGIN
        case requests.HTTPError(response=requests.Response(status_code=403)):
            return f"{hub} does not let this token write to {repo}", f"choose a --repo of your own, or {LOGIN}"
        case requests.HTTPError(response=requests.Response(status_code=status)):
            told = getattr(error, "server_message", None) or error.response.reason
            return f"{hub} refused ({status}: {' '.join(str(told).split())})", f"look at {repo} there, then {AGAIN}"
        case requests.RequestException():
            return f"{hub} cannot be reached, or the connection broke off", f"look at the network, then {AGAIN}"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return f"the disk is full ({error.filename or error.strerror})", f"free some space, then {AGAIN}"
        case OSError(errno=errno.EACCES | errno.EPERM | errno.EROFS):
            return f"no permission to write {error.filename}", "change its permissions, or work in another directory"
    return _explain(error.__cause__, repo)
