"""The name of a dataset on the Hugging Face Hub, and the directory in which it is kept.

``python3 -m cryptoai_common.hub_names hub:user/name@revision`` prints the directory. The Makefile runs this before the
virtual environment exists, so this module and its imports need the standard library only.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptoai_common.errors import UserError

PREFIX = "hub:"
FETCHED = Path("data/hub")


@dataclass(frozen=True)
class HubName:
    """A dataset on the Hub: ``hub:user/name@revision``. Without a revision, the newest commit: ``main``."""

    repo: str
    revision: str

    @classmethod
    def parse(cls, name: str) -> HubName:
        """Read a name. Raises UserError if it is not of the form ``hub:user/name`` or ``hub:user/name@revision``."""
        match = re.fullmatch(r"hub:([^/@]+/[^/@]+)(?:@(.+))?", name)
        if not match:
            raise UserError(f"{name} does not name a dataset on the Hub; write hub:user/name@revision")
        return cls(match[1], match[2] or "main")

    def __str__(self) -> str:
        return f"{self.repo}@{self.revision}"

    @property
    def directory(self) -> Path:
        """The directory, relative to the working directory, where it is kept once it is fetched."""
        return FETCHED / str(self).replace("/", "--").replace("@", "--")


def is_hub_name(dataset: str | Path) -> bool:
    """Whether ``dataset`` is the name of a dataset on the Hub, and not a directory."""
    return Path(dataset).as_posix().startswith(PREFIX)


if __name__ == "__main__":
    try:
        print(HubName.parse(" ".join(sys.argv[1:])).directory)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
