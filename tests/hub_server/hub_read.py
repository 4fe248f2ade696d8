"""What a Hub does for those who read: commits, refs, trees and files, whole or in ranges."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote

import yaml
from hub_api import find_commit, find_repo
from hub_http import Answer, Handler, refusal
from hub_store import Repo


def info(request: Handler, kind: str, name: str, revision: str = "main") -> None:
    repo = find_repo(request, kind, name)
    id = find_commit(repo, revision)
    date = repo.read(f"commits/{id}")["date"]
    about = {"id": name, "sha": id, "private": repo.private, "lastModified": date, "createdAt": date, "likes": 0}
    siblings = [{"rfilename": path} for path in repo.files(id)]
    raise Answer(200, {**about, "downloads": 0, "tags": [], "siblings": siblings, "pipeline_tag": _task(repo, id)})


def _task(repo: Repo, id: str) -> str | None:
    card = repo.files(id).get("README.md")
    if card is None:
        return None
    return yaml.safe_load(repo.store.blob(card["oid"]).read_text().split("---\n")[1]).get("pipeline_tag")


def refs(request: Handler, kind: str, name: str) -> None:
    found = find_repo(request, kind, name).refs()
    listed = {
        group: [{"name": ref, "ref": f"refs/{group}/{ref}", "targetCommit": id} for ref, id in found[group].items()]
        for group in ("branches", "tags")
    }
    raise Answer(200, {**listed, "converts": []})


def tree(request: Handler, kind: str, name: str, revision: str, folder: str = "") -> None:
    repo = find_repo(request, kind, name)
    id, folder = find_commit(repo, revision), unquote(folder or "")
    query = parse_qs(request.path.partition("?")[2])
    entries = _entries(repo, id, f"{folder}/" if folder else "")
    if not entries and folder:
        raise refusal(404, "EntryNotFound", f"{folder} does not exist on {revision}")
    if query.get("recursive", ["False"])[0].lower() not in ("true", "1"):
        depth = folder.count("/") + 1 if folder else 0
        entries = [entry for entry in entries if entry["path"].count("/") == depth]
    raise Answer(200, entries)


def paths_info(request: Handler, kind: str, name: str, revision: str) -> None:
    repo = find_repo(request, kind, name)
    wanted = parse_qs(request.body.decode()).get("paths", [])
    raise Answer(200, [entry for entry in _entries(repo, find_commit(repo, revision), "") if entry["path"] in wanted])


def _entries(repo: Repo, id: str, prefix: str) -> list[dict]:
    """Files and the folders that hold them, as the API describes them, below a prefix."""
    found = {}
    last = {"id": id, "title": repo.history()[0], "date": repo.read(f"commits/{id}")["date"]}
    for path, file in sorted(repo.files(id).items()):
        for end in (i for i, letter in enumerate(path) if letter == "/"):
            found[path[:end]] = {"type": "directory", "path": path[:end], "oid": "0" * 40, "size": 0}
        found[path] = {"type": "file", "path": path, "oid": file["oid"][:40], "size": file["size"], "lastCommit": last}
        if file["lfs"]:
            found[path]["lfs"] = {"oid": file["oid"], "size": file["size"], "pointerSize": 134}
    return [entry for path, entry in found.items() if path.startswith(prefix)]


def resolve(request: Handler, name: str, revision: str, path: str, kind: str | None = None) -> None:
    """A small file at once; a large one from elsewhere, as the Hub sends its clients to a CDN."""
    repo = find_repo(request, kind or "models", name)
    id, path = find_commit(repo, revision), unquote(path)
    file = repo.files(id).get(path)
    if file is None:
        raise refusal(404, "EntryNotFound", f"{path} does not exist on {revision}")
    headers = {"X-Repo-Commit": id, "ETag": f'"{file["oid"]}"', "Accept-Ranges": "bytes"}
    if file["lfs"]:
        headers |= {"X-Linked-Etag": f'"{file["oid"]}"', "X-Linked-Size": str(file["size"])}
        raise Answer(302, b"", headers | {"Location": f"{request.server.endpoint}/cdn/{file['oid']}"})
    _send_file(request, file["oid"], headers)


def cdn(request: Handler, oid: str) -> None:
    _send_file(request, oid, {"ETag": f'"{oid}"', "Accept-Ranges": "bytes"})


def _send_file(request: Handler, oid: str, headers: dict[str, str]) -> None:
    content = request.server.store.blob(oid).read_bytes()
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range") or "")
    if not wanted:
        raise Answer(200, content, headers)
    first, last = wanted.groups()
    start = int(first) if first else len(content) - int(last)
    end = min(int(last) + 1 if first and last else len(content), len(content))
    if start >= len(content):
        raise Answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
    raise Answer(206, content[start:end], headers | {"Content-Range": f"bytes {start}-{end - 1}/{len(content)}"})
