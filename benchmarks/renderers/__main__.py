"""Charts that real charting libraries drew, and how well a model names their patterns: `make renderers`.

    python -m benchmarks.renderers [--model RUN or FILE] [--charts 240] [--library NAME …] [--json FILE]

The same candles, the generator's, are drawn by every library in ``libraries`` and shown in every framing of
``framings``. Nothing is trained on them. Prints two Markdown tables, and stores their figures beside the model. The
pictures stay in ``data/renderers``: a second run draws only what has changed. Contact sheets lie there too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PIL import Image
from tqdm import tqdm

import dataset_builder
from benchmarks.renderers import charts as drawn_charts
from benchmarks.renderers.browser import missing_browser
from benchmarks.renderers.charts import Chart, alone, draw_drafts
from benchmarks.renderers.contact import write_sheet
from benchmarks.renderers.framings import DRAWINGS, FRAMINGS, Framing
from benchmarks.renderers.libraries import LIBRARIES
from benchmarks.renderers.library import Box, Library
from benchmarks.renderers.page import VARIANTS, Surroundings, draw_surroundings
from benchmarks.renderers.pictures import FOLDER, Gallery, draw_all
from benchmarks.renderers.scores import Figures, accuracy_table, confidence_table, figures, found, found_table
from cryptoai_common.errors import UserError
from cryptoai_common.files import disk_errors, write_json
from dataset_builder.charts.draft import Draft
from dataset_builder.charts.render import render_candles
from dataset_builder.patterns import PATTERNS
from trainer.models.cut import CutModel
from trainer.models.finder import PatternFinder
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED
from trainer.shipped import SHIPPED, find_shipped

Pages = dict[bool, list[Surroundings]]
ON_SHEET = 6  # charts of each look on a contact sheet


def main(arguments: Sequence[str] | None = None) -> None:
    """The command. Ends with exit code 2 and one sentence for what the user can mend."""
    given = _parser().parse_args(arguments)
    try:
        _run(given)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.renderers", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--model", type=Path, default=SHIPPED, help="a run, or its file for pictures (default: the base)"
    )
    parser.add_argument("--charts", type=int, default=drawn_charts.CHARTS, help="a multiple of the classes")
    names = [library.name for library in LIBRARIES]
    parser.add_argument("--library", nargs="+", choices=names, default=names, help="only these (default: all)")
    parser.add_argument("--json", type=Path, help="file for the figures (default: renderers.json beside the model)")
    parser.add_argument("--pictures", type=Path, default=FOLDER, help=f"folder of the pictures (default: {FOLDER})")
    return parser


def _run(given: argparse.Namespace) -> None:
    place = find_shipped(given.model)
    file = place / CLASSIFIER_QUANTIZED if place.is_dir() else place
    model = CutModel.open(file, threads=1)  # pictures are asked about side by side
    finder = PatternFinder(file.parent / FINDER_QUANTIZED, 1) if (file.parent / FINDER_QUANTIZED).is_file() else None
    drafts = draw_drafts(given.charts)
    charts = list(alone(drafts))
    rows = _of_generator(model, drafts)
    with disk_errors(given.pictures):
        pages, galleries = _draw(_usable(given.library), charts, given.pictures)
        rows += _of_libraries(model, finder, galleries, charts, pages)
        _write_sheets(galleries, charts, pages, given.pictures)
    columns = {framing.name: framing.title for framing in FRAMINGS}
    print(f"\nBalanced accuracy in percent (95 % interval) of {file}, {len(charts)} charts a cell\n")
    print(accuracy_table(rows, columns))
    print("\nMean probability of the first answer, and percent of the charts called a pattern\n")
    print(confidence_table(rows, columns))
    if finder:
        print("\nPercent of the patterns that the finder has among its first five places, and names right too\n")
        print(found_table(rows, {framing.name: framing.title for framing in FRAMINGS if framing.place}))
    told = {
        "version": dataset_builder.__version__,
        "model": str(given.model),
        "model_version": model.version,
        "charts": len(charts),
        "libraries": {gallery.library.name: gallery.version for gallery in galleries},
        "framings": columns,
        "rows": rows,
    }
    path = given.json or file.parent / "renderers.json"
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, told)
    print(f"\n{path} holds these figures, {given.pictures} the pictures and contact sheets")


def _usable(names: list[str]) -> list[Library]:
    """The libraries of these names that can draw here; a line on standard error tells of each of the others."""
    chosen = [library for library in LIBRARIES if library.name in names]
    reasons = {library.name: library.missing() for library in chosen}
    for name, reason in reasons.items():
        if reason:
            print(f"{name} is left out: {reason}", file=sys.stderr)
    return [library for library in chosen if not reasons[library.name]]


def _draw(libraries: list[Library], charts: list[Chart], folder: Path) -> tuple[Pages | None, list[Gallery]]:
    reason = missing_browser()
    if reason:
        print(f"pages around charts are left out: {reason}", file=sys.stderr)
    pages = None if reason else draw_surroundings()
    room = pages[False][0].size if pages else None
    return pages, draw_all(libraries, charts, room, folder)


def _of_generator(model: CutModel, drafts: list[Draft]) -> list[Figures]:
    """The row to compare with: the same charts as the generator draws them, and by ``render_candles``."""
    looks: dict[str, Callable[[Draft], Image.Image]] = {
        "as generated": lambda draft: draft.render().image,
        "plain": lambda draft: render_candles(draft.market.candles),
    }
    labels = [str(draft.label) for draft in drafts]
    return [
        {
            "library": "our drawing",
            "look": look,
            "framing": "pane",
            **figures(model, [partial(draw, draft) for draft in drafts], labels),
        }
        for look, draw in looks.items()
    ]


def _of_libraries(
    model: CutModel,
    finder: PatternFinder | None,
    galleries: list[Gallery],
    charts: list[Chart],
    pages: Pages | None,
) -> list[Figures]:
    cells = [(gallery, framing) for gallery in galleries for framing in _possible(pages)]
    labels = [chart.label for chart in charts]
    rows = []
    for gallery, framing in tqdm(cells, unit="cell", desc="asking the model", disable=None):
        pictures = [partial(_show, gallery, framing, number, pages) for number in range(len(charts))]
        names = {"library": gallery.library.name, "look": gallery.look.name, "framing": framing.name}
        rows.append({**names, **figures(model, pictures, labels)})
        if finder and framing.place:
            placed = [partial(_placed, gallery, framing, number, pages) for number in range(len(charts))]
            rows[-1] |= found(finder, placed, labels)
    return rows


def _placed(gallery: Gallery, framing: Framing, number: int, pages: Pages | None) -> tuple[Image.Image, Box]:
    """The picture, and where the chart with the pattern is in it."""
    assert framing.place is not None
    drawing, page = gallery.open(framing.drawing, number), _page(gallery, number, pages)
    return framing.show(drawing, page), framing.place(drawing, page)


def _possible(pages: Pages | None) -> list[Framing]:
    return [framing for framing in FRAMINGS if pages or not DRAWINGS[framing.drawing][1]]


def _show(gallery: Gallery, framing: Framing, number: int, pages: Pages | None) -> Image.Image:
    return framing.show(gallery.open(framing.drawing, number), _page(gallery, number, pages))


def _page(gallery: Gallery, number: int, pages: Pages | None) -> Surroundings | None:
    variant = number // len(PATTERNS) % VARIANTS  # so that every class meets every page
    return pages[gallery.look.dark][variant] if pages else None


def _write_sheets(galleries: list[Gallery], charts: list[Chart], pages: Pages | None, folder: Path) -> None:
    for framing in _possible(pages) if galleries else []:
        rows = {
            f"{gallery.library.name}, {gallery.look.name}": [
                (charts[number].label, _show(gallery, framing, number, pages))
                for number in range(min(ON_SHEET, len(charts)))
            ]
            for gallery in galleries
        }
        write_sheet(rows, folder / f"contact-{framing.name}.png")


if __name__ == "__main__":
    main()
