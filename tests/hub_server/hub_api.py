"""What a Hub does for those who write: accounts, repositories, uploads, commits and tags.

After what huggingface_hub 0.36 asks for and https://huggingface.co/docs/hub/api. No Xet: the server does not offer it.
"""

from __future__ import annotations

import json
from urllib.parse import unquote

import yaml
from hub_http import USER, Answer, Handler, refusal
from hub_store import LFS, Repo


def find_repo(request: Handler, kind: str, name: str, write: bool = False) -> Repo:
    user, repo = request.user(), request.server.store.repo(kind, name)
    if repo is None or (repo.private and user is None):
        raise refusal(404 if user else 401, "RepoNotFound", "Repository not found")
    if write and user is None:
        raise refusal(401, "Unauthorized", "Invalid username or password.")
    return repo


def find_commit(repo: Repo, revision: str) -> str:
    commit = repo.resolve(unquote(revision))
    if commit is None:
        raise refusal(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    return commit


def whoami(request: Handler) -> None:
    if request.user() is None:
        raise refusal(401, "Unauthorized", "Invalid username or password.")
    raise Answer(200, {"type": "user", "name": USER, "orgs": [], "auth": {"accessToken": {"role": "write"}}})


def create(request: Handler) -> None:
    wanted = request.json()
    kind, owner = f"{wanted.get('type') or 'model'}s", wanted.get("organization") or USER
    if request.user() is None:
        raise refusal(401, "Unauthorized", "Invalid username or password.")
    if kind == "spaces" and wanted.get("sdk") != "static":
        raise Answer(400, {"error": "a Space needs an sdk, and this Hub has static ones only"})
    if owner != USER:
        raise refusal(403, "Forbidden", f"You don't have the rights to create a repository under {owner}")
    prefix = "" if kind == "models" else f"{kind}/"
    url = f"{request.server.endpoint}/{prefix}{owner}/{wanted['name']}"
    created = request.server.store.create(kind, f"{owner}/{wanted['name']}", bool(wanted.get("private")))
    raise Answer(200 if created else 409, {"url": url} if created else {"error": "exists already", "url": url})


def validate_yaml(request: Handler) -> None:
    try:
        front_matter = yaml.safe_load(request.json()["content"].split("---\n")[1])
    except (IndexError, yaml.YAMLError) as error:
        raise Answer(400, {"errors": [{"message": str(error)}]}) from None
    missing = [] if isinstance(front_matter, dict) and "license" in front_matter else [{"message": "no license"}]
    raise Answer(200, {"errors": [], "warnings": missing})


def preupload(request: Handler, kind: str, name: str, revision: str) -> None:
    repo = find_repo(request, kind, name, write=True)
    there = repo.files(find_commit(repo, revision))
    raise Answer(200, {"files": [
        {"path": file["path"], "uploadMode": "lfs" if file["path"].endswith(LFS) else "regular",
         "shouldIgnore": False, "oid": there.get(file["path"], {}).get("oid")}
        for file in request.json()["files"]
    ]})  # fmt: skip


def lfs_batch(request: Handler, name: str, kind: str | None = None) -> None:
    find_repo(request, kind or "models", name, write=True)
    link, objects = f"{request.server.endpoint}/lfs", []
    for wanted in request.json()["objects"]:
        entry = {"oid": wanted["oid"], "size": wanted["size"]}
        if not request.server.store.blob(wanted["oid"]).exists():
            entry["actions"] = {"upload": {"href": f"{link}/{wanted['oid']}"}, "verify": {"href": f"{link}/verify"}}
        objects.append(entry)
    raise Answer(200, {"transfer": "basic", "objects": objects}, {"Content-Type": "application/vnd.git-lfs+json"})


def lfs_upload(request: Handler, oid: str) -> None:
    request.server.store.keep(oid, request.body)
    raise Answer(200)


def lfs_verify(request: Handler) -> None:
    whole = request.server.store.blob(request.json()["oid"]).stat().st_size == request.json()["size"]
    raise Answer(200 if whole else 422, {})


def commit(request: Handler, kind: str, name: str, revision: str) -> None:
    repo = find_repo(request, kind, name, write=True)
    try:
        id = repo.commit([json.loads(line) for line in request.body.splitlines()])
    except KeyError as error:
        raise Answer(400, {"error": f"the large file {error} was not uploaded"}) from None
    raise Answer(200, {"success": True, "commitOid": id, "commitUrl": f"{request.server.endpoint}/{name}/commit/{id}"})


def tag(request: Handler, kind: str, name: str, revision: str) -> None:
    repo = find_repo(request, kind, name, write=True)
    made = repo.tag(request.json()["tag"], find_commit(repo, revision))
    raise Answer(200 if made else 409, {} if made else {"error": "Tag reference exists already"})
