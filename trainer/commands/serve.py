"""Answer requests over HTTP until told to stop."""

from __future__ import annotations

import logging
import signal
import sys

from trainer.config_asking import ServeConfig
from trainer.models.deployed import Deployed
from trainer.shipped import find_shipped


def serve(config: ServeConfig) -> None:
    """Answer until Ctrl-C or a TERM signal, then finish the requests that have begun.

    One line for each request goes to stderr. Raises UserError if the server cannot start.
    """
    from trainer.serve.app import make_app
    from trainer.serve.respond import silence_decoders
    from trainer.serve.server import listen, make_server

    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    logging.getLogger("trainer").setLevel(logging.INFO)
    silence_decoders()
    model = Deployed(find_shipped(config.model))
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell starts `command &` with it ignored
        signal.signal(number, signal.default_int_handler)
    try:
        with listen(config.host, config.port) as listening:
            port = listening.getsockname()[1]
            print(f"serving {config.model} on http://{config.host}:{port}; Ctrl-C stops", flush=True)
            make_server(make_app(model)).run([listening])
    except KeyboardInterrupt:  # uvicorn raises the signal again when it has stopped
        print("stopped", flush=True)
