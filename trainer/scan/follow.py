"""What ``--follow`` has told already: a pattern is told once, also after a restart."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptoai_common.files import write_json
from trainer.scan.hits import Hit, same_pattern

LINES = "follow.jsonl"
STATE = "follow.json"


class Told:
    """The lines in ``follow.jsonl`` of a directory, and until which candle each market has been looked at.

    A pattern is told again only when the window overlaps by less than half with that of which it was told last.
    """

    def __init__(self, directory: Path, exchange: str, timeframe: str) -> None:
        self._about = {"exchange": exchange, "timeframe": timeframe}
        self._lines, self._state = directory / LINES, directory / STATE
        self._last: dict[tuple[str, str], tuple[float, float]] = {}
        self._seen: dict[str, int] = {}
        if self._state.is_file():
            self._seen = {str(name): int(micros) for name, micros in json.loads(self._state.read_text("utf-8")).items()}
        for line in self._whole_lines():
            if line | self._about == line:
                self._remember(line)

    def seen(self, market: str) -> int | None:
        """When the last candle of a market that was looked at opens, in microseconds since 1970; None: never."""
        return self._seen.get(self._name(market))

    def add(self, hits: Iterable[Hit], newest: dict[str, int]) -> list[Hit]:
        """Append a line for each hit that is new, in the order of their ends; return these.

        ``newest`` are the candles until which markets have been looked at, as ``seen`` has them.
        """
        new = []
        text = ""
        for hit in sorted(hits, key=lambda hit: (hit.end, -hit.probability, hit.market, hit.pattern)):
            span, key = _span(asdict(hit)), (hit.market, hit.pattern)
            if key in self._last and same_pattern(*span, *self._last[key]):
                continue
            line = asdict(hit) | self._about
            self._remember(line)
            text += json.dumps(line) + "\n"
            new.append(hit)
        if text:
            with self._lines.open("a", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        self._seen |= {self._name(market): micros for market, micros in newest.items()}
        write_json(self._state, self._seen)
        return new

    def _name(self, market: str) -> str:
        return " ".join((*self._about.values(), market))

    def _remember(self, line: dict[str, Any]) -> None:
        self._last[line["market"], line["pattern"]] = _span(line)

    def _whole_lines(self) -> list[dict[str, Any]]:
        """The lines of the file; a last one that a kill left unfinished is cut off."""
        if not self._lines.is_file():
            return []
        content = self._lines.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            with self._lines.open("r+b") as file:
                file.truncate(len(whole))
        return [json.loads(line) for line in whole.decode("utf-8").splitlines() if line]


def _span(line: dict[str, Any]) -> tuple[float, float]:
    """A window as seconds, the end after its last candle."""
    start, last = (datetime.fromisoformat(line[name]).timestamp() for name in ("start", "end"))
    return start, last + (last - start) / max(line["window"] - 1, 1)
