"""How a dataset on the Hugging Face Hub is named, and in which directory it is kept.

``python3 -m cryptoai_common.hub_names hub:user/name@revision`` prints the directory. The Makefile asks so before the
virtual environment is there, so this module and what it imports need the standard library only.
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
        """Where it is kept once it is fetched."""
        return FETCHED / str(self).replace("/", "--").replace("@", "--")


def is_hub_name(dataset: str | Path) -> bool:
    """Whether a dataset is named as one on the Hub, and not as a directory."""
    return Path(dataset).as_posix().startswith(PREFIX)


if __name__ == "__main__":
    try:
        print(HubName.parse(" ".join(sys.argv[1:])).directory)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
