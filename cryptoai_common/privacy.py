"""Telemetry of the libraries, switched off before any of them is imported.

Both packages call ``keep_telemetry_off`` in their ``__init__``, so that it holds for every command, the Lambda handler,
the notebook and library use alike. Processes that they start inherit the environment.
"""

from __future__ import annotations

import os
import sys
import warnings

ORT_SWITCH = "ORT_DISABLE_TELEMETRY"
OFF = {
    # onnxruntime's official builds since 1.29: paths, machine and an id kept under the user's cache, to Microsoft
    ORT_SWITCH: "1",
    # huggingface_hub, and through it transformers, datasets, evaluate, accelerate and optimum: what is installed here
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # datasets and evaluate: a request for each dataset or metric that is loaded by a name on the Hub
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    # transformers: a request that the Hub converts a model which is stored in torch's own format
    "DISABLE_SAFETENSORS_CONVERSION": "true",
    # Ray: a report of the cluster
    "RAY_USAGE_STATS_ENABLED": "0",
}


def keep_telemetry_off() -> None:
    """Set each switch that the user has not set, or has set to nothing. A library reads its own when it is imported.

    Warns if onnxruntime was imported before without its switch: it has begun by then, and cannot be stopped.
    """
    if "onnxruntime" in sys.modules and not os.environ.get(ORT_SWITCH):
        warnings.warn(
            f"onnxruntime was imported with its telemetry on: set {ORT_SWITCH}=1 in the environment, or import this"
            " package first",
            stacklevel=3,
        )
    for name, value in OFF.items():
        os.environ[name] = os.environ.get(name) or value  # one that is empty would leave telemetry on
