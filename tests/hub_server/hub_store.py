"""The repositories of the test Hub: commits, branches, tags and blobs as files under one directory."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

LFS = (".parquet", ".safetensors", ".onnx", ".png", ".npz")  # what the Hub's own .gitattributes sends to LFS
ATTRIBUTES = "".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in LFS)


def git_hash(content: bytes) -> str:
    """The id of a blob, as ``git hash-object`` gives it."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Store:
    """All repositories, and the large files that they share."""

    def __init__(self, root: Path) -> None:
        self.root, self.lock = root, threading.Lock()
        (root / "blobs").mkdir(parents=True, exist_ok=True)

    def blob(self, oid: str) -> Path:
        return self.root / "blobs" / oid

    def keep(self, oid: str, content: bytes) -> None:
        """Atomically, so that an upload that breaks off leaves nothing."""
        temporary = self.root / "blobs" / f"{oid}.{threading.get_ident()}"
        temporary.write_bytes(content)
        temporary.replace(self.blob(oid))

    def repo(self, kind: str, name: str) -> Repo | None:
        repo = Repo(self, kind, name)
        return repo if repo.directory.is_dir() else None

    def create(self, kind: str, name: str, private: bool) -> Repo | None:
        """A new repository with its first commit, or None if it is there already."""
        repo = Repo(self, kind, name)
        with self.lock:
            if repo.directory.is_dir():
                return None
            (repo.directory / "commits").mkdir(parents=True)
        repo.write("settings", {"private": private})
        content = base64.b64encode(ATTRIBUTES.encode()).decode()
        header = {"key": "header", "value": {"summary": "initial commit"}}
        repo.commit([header, {"key": "file", "value": {"path": ".gitattributes", "content": content}}])
        return repo


class Repo:
    """One repository. ``kind`` is ``models`` or ``datasets``; files are dicts of ``oid``, ``size`` and ``lfs``."""

    def __init__(self, store: Store, kind: str, name: str) -> None:
        self.store, self.kind, self.name, self.directory = store, kind, name, store.root / kind / name

    def read(self, name: str, default=None):
        path = self.directory / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else default

    def write(self, name: str, value) -> None:
        (self.directory / f"{name}.json").write_text(json.dumps(value))

    @property
    def private(self) -> bool:
        return self.read("settings")["private"]

    def refs(self) -> dict[str, dict[str, str]]:
        return self.read("refs", {"branches": {}, "tags": {}})

    def resolve(self, revision: str) -> str | None:
        """The commit that a branch, a tag or a commit id stands for."""
        refs = self.refs()
        found = refs["branches"].get(revision) or refs["tags"].get(revision)
        return found or (revision if self.read(f"commits/{revision}") else None)

    def files(self, commit: str) -> dict[str, dict]:
        return self.read(f"commits/{commit}")["files"]

    def history(self) -> list[str]:
        """Titles of the commits of main, newest first."""
        titles, commit = [], self.refs()["branches"].get("main")
        while commit:
            content = self.read(f"commits/{commit}")
            titles.append(content["title"])
            commit = content["parent"]
        return titles

    def tag(self, name: str, commit: str) -> bool:
        """False if there is one of this name: tags do not move."""
        with self.store.lock:
            refs = self.refs()
            if name in refs["tags"]:
                return False
            refs["tags"][name] = commit
            self.write("refs", refs)
            return True

    def untag(self, name: str) -> None:
        refs = self.refs()
        del refs["tags"][name]
        self.write("refs", refs)

    def commit(self, lines: list[dict]) -> str:
        """Apply the lines of a commit request to main. Raises KeyError for a large file that was not uploaded."""
        with self.store.lock:
            refs = self.refs()
            parent = refs["branches"].get("main")
            files = dict(self.files(parent)) if parent else {}
            for line in lines:
                self._apply(files, line["key"], line["value"])
            title = next(line["value"]["summary"] for line in lines if line["key"] == "header")
            date = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
            content = {"title": title, "date": date, "parent": parent, "files": files}
            id = hashlib.sha1(json.dumps(content).encode()).hexdigest()
            self.write(f"commits/{id}", content)
            refs["branches"]["main"] = id
            self.write("refs", refs)
            return id

    def _apply(self, files: dict, key: str, value: dict) -> None:
        if key == "file":
            content = base64.b64decode(value["content"])
            oid = git_hash(content)
            self.store.keep(oid, content)
            files[value["path"]] = {"oid": oid, "size": len(content), "lfs": False}
        elif key == "lfsFile":
            if not self.store.blob(value["oid"]).exists():
                raise KeyError(value["oid"])
            size = self.store.blob(value["oid"]).stat().st_size
            files[value["path"]] = {"oid": value["oid"], "size": size, "lfs": True}
        elif key == "deletedFile":
            del files[value["path"]]
