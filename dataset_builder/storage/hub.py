"""The Hugging Face Hub: the client with its token, and what goes wrong, told in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dataset_builder.errors import UserError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

LOGIN = "make a token that may write, then set HF_TOKEN or run `hf auth login`"


def writing_client(repo: str) -> HfApi:
    """A client of the Hub that HF_ENDPOINT names. Raises UserError without a name to write to, or a valid token."""
    from huggingface_hub import HfApi, constants, get_token
    from huggingface_hub.utils import disable_progress_bars, logging

    if repo.count("/") != 1 or not all(repo.split("/")):
        raise UserError(f"--repo must be the name of a repository, user/name, not {repo!r}")
    if not get_token():
        raise UserError(f"there is no token for {constants.ENDPOINT}: {LOGIN}")
    logging.set_verbosity_error()  # that nothing changed is said in our own words
    disable_progress_bars()  # one a file, even for files that are there already
    api = HfApi()
    with hub_errors(repo):
        api.whoami()
    return api


@contextmanager
def hub_errors(repo: str) -> Iterator[None]:
    """Turn what the Hub, or the way to it, refuses into a UserError. No token is ever part of one."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # huggingface_hub wraps what happened in errors of many kinds
        sentence = _explain(error, repo)
        if sentence is None:
            raise
        raise UserError(sentence) from error


def _explain(error: BaseException | None, repo: str) -> str | None:
    """What the error, or the one that caused it, means; None if it did not come from the Hub."""
    import requests
    from huggingface_hub import constants, errors

    hub = constants.ENDPOINT
    again = "run the same command again, and it goes on where it stopped"
    match error:
        case None:
            return None
        case errors.HFValidationError():
            return f"{repo} is not a name that a repository can have: choose another --repo"
        case errors.OfflineModeIsEnabled():
            return f"HF_HUB_OFFLINE keeps {hub} out of reach: unset it, then {again}"
        case requests.HTTPError(response=requests.Response(status_code=401)):
            return f"{hub} does not accept the token: {LOGIN}"
        case requests.HTTPError(response=requests.Response(status_code=403)):
            return f"{hub} does not let this token write to {repo}: choose a --repo of your own, or {LOGIN}"
        case requests.HTTPError(response=requests.Response(status_code=status)):
            told = getattr(error, "server_message", None) or error.response.reason
            return f"{hub} refused ({status}: {' '.join(str(told).split())}): look at {repo} there, then {again}"
        case requests.RequestException():
            return f"{hub} cannot be reached, or the connection broke off: look at the network, then {again}"
    return _explain(error.__cause__, repo)
