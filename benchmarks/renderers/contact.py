"""Contact sheets: a few pictures of each look in one framing, for people to look at."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from cryptoai_common.files import write_atomically

CELL, GAP, CAPTION = (300, 200), 6, 14  # pixels: room for a picture, between pictures, and for a line of text
BETWEEN = (255, 0, 255)  # no chart is of this colour, so that every picture's edge is seen


def write_sheet(rows: dict[str, list[tuple[str, Image.Image]]], path: Path) -> None:
    """A PNG file with a row for each look (name -> label and picture of each chart), as a caption says."""
    columns = max(map(len, rows.values()))
    step = CELL[0] + GAP, CELL[1] + GAP + CAPTION
    sheet = Image.new("RGB", (columns * step[0] + GAP, len(rows) * step[1] + GAP), BETWEEN)
    draw = ImageDraw.Draw(sheet)
    for row, (look, pictures) in enumerate(rows.items()):
        for column, (label, picture) in enumerate(pictures):
            left, top = GAP + column * step[0], GAP + row * step[1]
            draw.text((left, top), f"{look}: {label}", fill="black")
            share = min(CELL[0] / picture.width, CELL[1] / picture.height)
            size = max(round(picture.width * share), 1), max(round(picture.height * share), 1)
            sheet.paste(picture.resize(size, Image.Resampling.LANCZOS), (left, top + CAPTION))
    write_atomically(path, sheet.save)
