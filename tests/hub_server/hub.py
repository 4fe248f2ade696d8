"""A Hub on localhost for the real clients, with faults for the asking; its state lies in one directory.

``python tests/hub_server/hub.py DIRECTORY PORT`` serves one by hand: the user is ``user``, the token ``hf_test``.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hub_api
import hub_read
from hub_http import HubServer

KIND, NAME, REVISION = "(?P<kind>models|datasets|spaces)", "(?P<name>[^/]+/[^/]+)", "(?P<revision>[^/]+)"
API = f"/api/{KIND}/{NAME}"
REPO = f"(?:/(?P<kind>datasets|spaces))?/{NAME}"
ROUTES = [
    ("GET", "/api/whoami-v2", hub_api.whoami),
    ("POST", "/api/repos/create", hub_api.create),
    ("POST", "/api/validate-yaml", hub_api.validate_yaml),
    ("POST", f"{API}/preupload/{REVISION}", hub_api.preupload),
    ("POST", rf"{REPO}\.git/info/lfs/objects/batch", hub_api.lfs_batch),
    ("PUT", "/lfs/(?P<oid>[0-9a-f]{64})", hub_api.lfs_upload),
    ("POST", "/lfs/verify", hub_api.lfs_verify),
    ("POST", f"{API}/commit/{REVISION}", hub_api.commit),
    ("POST", f"{API}/tag/{REVISION}", hub_api.tag),
    ("GET", API, hub_read.info),
    ("GET", f"{API}/revision/{REVISION}", hub_read.info),
    ("GET", f"{API}/refs", hub_read.refs),
    ("GET", f"{API}/tree/{REVISION}(?:/(?P<folder>.+))?", hub_read.tree),
    ("POST", f"{API}/paths-info/{REVISION}", hub_read.paths_info),
    ("GET", f"{REPO}/resolve/{REVISION}/(?P<path>.+)", hub_read.resolve),
    ("GET", "/cdn/(?P<oid>[0-9a-f]+)", hub_read.cdn),
]


@contextmanager
def serving(root: Path, port: int = 0) -> Iterator[HubServer]:
    """A Hub whose state lies in ``root``; it stops at the end of the block."""
    server = HubServer(root, ROUTES, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    with serving(Path(sys.argv[1]), int(sys.argv[2])) as running:
        print(f"export HF_ENDPOINT={running.endpoint} HF_TOKEN=hf_test", flush=True)
        threading.Event().wait()
