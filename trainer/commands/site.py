"""Build the page as a folder of static files."""

from __future__ import annotations

from trainer.config_asking import SiteConfig
from trainer.shipped import find_shipped
from trainer.site.build import build_site


def site(config: SiteConfig) -> None:
    """Write the folder. Raises UserError for a model or folder that cannot be used, or without npm."""
    build_site(find_shipped(config.model), config.out)
    size = sum(file.stat().st_size for file in config.out.iterdir()) / 1e6
    print(f"{config.out}: {size:.0f} MB; to look at it: python3 -m http.server --directory {config.out}")
