"""What AWS Lambda calls. The model is loaded while the container starts, once for all requests.

``MODEL_FILE`` in the environment names the deployable ONNX file.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from trainer.models.pattern_model import PatternModel
from trainer.serve.respond import respond

# The cores that onnxruntime sees in Lambda are not those that it may use: at 1,769 MB of memory it is one.
MODEL = PatternModel(Path(os.environ["MODEL_FILE"]), threads=1)
warnings.simplefilter("ignore")  # decoders' remarks on a client's picture belong in no log


def handler(event: Any, context: Any) -> dict[str, Any]:
    """An event of API Gateway, or of a function URL, → its response; see ``respond``."""
    return respond(event, MODEL)
