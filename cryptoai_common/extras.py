"""The extras of the installation: packages that only some commands need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cryptoai_common.errors import UserError

# Package that is imported -> the smallest extra of pyproject.toml that installs it.
EXTRA_OF = {
    "torch": "train",
    "transformers": "train",
    "datasets": "train",
    "accelerate": "train",
    "evaluate": "train",
    "optimum": "train",
    "onnx": "train",
    "safetensors": "train",
    "fsspec": "train",
    "sklearn": "audit",
    "scipy": "audit",
    "huggingface_hub": "hub",
    "requests": "hub",
    "ray": "ray",
    "ccxt": "exchange",
    "pillow_heif": "heic",
    "ta_patterns": "baselines",
    "starlette": "serve",
    "uvicorn": "serve",
    "h11": "serve",
}


@contextmanager
def extras_named() -> Iterator[None]:
    """Turn an import that fails because an extra is not installed into a UserError that says what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package not in EXTRA_OF:
            raise
        extra = f"cryptoai-vision[{EXTRA_OF[package]}]"
        raise UserError(f"this command needs {package}, which is not installed: pip install '{extra}'") from error
