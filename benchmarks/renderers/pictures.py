"""Drawings on disk: each chart of each library and look is drawn once, and again only if what it depends on changed."""

from __future__ import annotations

import hashlib
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tqdm import tqdm

from benchmarks.renderers import browser
from benchmarks.renderers.charts import Chart, with_market_before
from benchmarks.renderers.framings import DRAWINGS
from benchmarks.renderers.library import Draw, Drawing, Library, Look, Size
from cryptoai_common.cores import usable_cores
from cryptoai_common.files import write_atomically

FOLDER = Path("data/renderers")
TAG = "drawing"  # of the text in a PNG file that says where things are in it, and by what it was drawn


@dataclass(frozen=True)
class Gallery:
    """The drawings of one library in one look."""

    library: Library
    look: Look
    folder: Path
    version: str

    def path(self, drawing: str, number: int) -> Path:
        """The file of a chart's drawing, which is a key of ``DRAWINGS``."""
        return self.folder / f"{drawing}-{number:04d}.png"

    def open(self, drawing: str, number: int) -> Drawing:
        """A drawing that is there."""
        with Image.open(self.path(drawing, number)) as image:
            told = json.loads(image.text[TAG])
            return Drawing(image.convert("RGB"), tuple(told["pane"]), tuple(told["pattern"]))


def draw_all(libraries: list[Library], charts: list[Chart], room: Size | None, folder: Path) -> list[Gallery]:
    """Draw what is missing, each library in a process of its own, and return the drawings of each look.

    ``room`` is the size of charts in a page; without it those drawings are left out.
    """
    if not libraries:
        return []
    context, workers = get_context("spawn"), min(len(libraries), usable_cores())
    with ProcessPoolExecutor(workers, context, tqdm.set_lock, (context.RLock(),)) as pool:
        draw = partial(draw_library, charts=charts, room=room, folder=folder)
        return list(chain.from_iterable(pool.map(draw, libraries, range(len(libraries)))))


def draw_library(
    library: Library, line: int = 0, *, charts: list[Chart], room: Size | None, folder: Path
) -> list[Gallery]:
    """Draw what is missing of one library; its progress is told so many lines below the cursor."""
    version, code = library.version(), _code(library)
    galleries = [Gallery(library, look, folder / f"{library.name}-{look.name}", version) for look in library.looks]
    kinds = [kind for kind, (_, in_page) in DRAWINGS.items() if room or not in_page]
    total = len(galleries) * len(kinds) * len(charts)
    with ExitStack() as stack, _progress(library.name, total, line) as progress:
        draw: Draw | None = None
        for gallery in galleries:
            gallery.folder.mkdir(parents=True, exist_ok=True)
            for kind in kinds:
                times, in_page = DRAWINGS[kind]
                size = room if in_page else None
                for number, chart in enumerate(charts):
                    shown = with_market_before(chart, times) if times else chart
                    key, path = _key(gallery, shown, size, code), gallery.path(kind, number)
                    if _stored_key(path) != key:
                        draw = draw or stack.enter_context(library.open())
                        _store(path, draw(shown, gallery.look, size), key)
                    progress.update()
    return galleries


def _progress(name: str, total: int, line: int) -> tqdm:
    return tqdm(total=total, unit="chart", desc=name, position=line, disable=None)


def _key(gallery: Gallery, chart: Chart, size: Size | None, code: bytes) -> str:
    """A hash of all that a drawing depends on: versions, settings, the code that draws, candles and times."""
    digest = hashlib.sha256(json.dumps([gallery.version, gallery.look.name, size, chart.first]).encode())
    digest.update(code + str(chart.start).encode())
    for series in chart.candles.series():
        digest.update(series.tobytes())
    return digest.hexdigest()


def _code(library: Library) -> bytes:
    """The source that settles how a library draws: its own file and the browser's."""
    return b"".join(
        Path(str(sys.modules[name].__file__)).read_bytes() for name in (library.open.__module__, browser.__name__)
    )


def _stored_key(path: Path) -> str | None:
    """What a picture was drawn by, or None if it is missing or not one of ours."""
    try:
        with Image.open(path) as image:
            return str(json.loads(image.text[TAG])["key"])
    except (OSError, AttributeError, KeyError, ValueError):
        return None


def _store(path: Path, drawing: Drawing, key: str) -> None:
    told = PngInfo()
    told.add_text(TAG, json.dumps({"key": key, "pane": drawing.pane, "pattern": drawing.pattern}))
    write_atomically(path, lambda file: drawing.image.save(file, pnginfo=told))
