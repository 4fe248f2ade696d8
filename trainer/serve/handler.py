"""The handler that AWS Lambda calls. The model is loaded once, while the container starts.

``MODEL_DIRECTORY`` in the environment names the directory of the deployable files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from trainer.models.deployed import Deployed
from trainer.serve.respond import respond, silence_decoders

# onnxruntime would start a thread for each core of the machine, but at 1,769 MB of memory Lambda allows one core.
MODEL = Deployed(Path(os.environ["MODEL_DIRECTORY"]), threads=1)
silence_decoders()


def handler(event: Any, context: Any) -> dict[str, Any]:
    """An event of API Gateway, or of a function URL, → its response; see ``respond``."""
    return respond(event, MODEL)
