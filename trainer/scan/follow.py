"""What ``--follow`` has told already: a pattern is told once, also after a restart."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from cryptoai_common.files import atomic
from trainer.scan.hits import Hit, same_pattern

LINES = "follow.jsonl"
STATE = "follow.json"


class Told:
    """The lines in ``follow.jsonl`` of a directory, and until which candle each market has been looked at.

    A pattern is told again only when the window overlaps by less than half with that of which it was told last.

    Both change in one step, whenever the process is killed: new lines are first kept in ``follow.json``, together with
    the candles that they come from and the place in ``follow.jsonl`` where they go. The next process writes what a kill
    kept from being written. ``late`` are the hits of such lines, of which the terminal was not told.

    One process at a time may use a directory.
    """

    def __init__(self, directory: Path, exchange: str, timeframe: str) -> None:
        self._about = {"exchange": exchange, "timeframe": timeframe}
        self._lines, self._state = directory / LINES, directory / STATE
        self._last: dict[tuple[str, str], tuple[float, float]] = {}
        self._seen: dict[str, int] = {}
        self.late: list[Hit] = []
        if self._state.is_file():
            stored = json.loads(self._state.read_text("utf-8"))
            if "seen" not in stored:  # as version 0.15 wrote it
                stored = {"seen": stored}
            self._seen = {str(name): int(micros) for name, micros in stored["seen"].items()}
            if stored.get("text"):
                self._write_lines(stored["text"], stored["at"])
                self._write_state()
                own = [line for line in map(json.loads, stored["text"].splitlines()) if line | self._about == line]
                self.late = [Hit(**{field.name: line[field.name] for field in fields(Hit)}) for line in own]
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
        self._seen |= {self._name(market): micros for market, micros in newest.items()}
        if text:
            at = self._lines.stat().st_size if self._lines.is_file() else 0
            self._write_state(text, at)
            self._write_lines(text, at)
        self._write_state()
        return new

    def _name(self, market: str) -> str:
        return " ".join((*self._about.values(), market))

    def _remember(self, line: dict[str, Any]) -> None:
        self._last[line["market"], line["pattern"]] = _span(line)

    def _write_state(self, text: str = "", at: int = 0) -> None:
        """Write ``follow.json``. ``text``: lines that go to byte ``at`` of ``follow.jsonl`` and are not there yet."""
        with atomic(self._state) as file:
            json.dump({"seen": self._seen, "text": text, "at": at}, file, indent=2)
            _to_disk(file)

    def _write_lines(self, text: str, at: int) -> None:
        """Put lines at a byte of ``follow.jsonl``, in the place of what a kill left there, or else at its end."""
        with self._lines.open("ab") as file:
            if file.tell() > at:
                file.truncate(at)
            file.write(text.encode("utf-8"))
            _to_disk(file)

    def _whole_lines(self) -> list[dict[str, Any]]:
        """The lines of the file; a last one that is unfinished is cut off."""
        if not self._lines.is_file():
            return []
        content = self._lines.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            with self._lines.open("r+b") as file:
                file.truncate(len(whole))
        return [json.loads(line) for line in whole.decode("utf-8").splitlines() if line]


def _to_disk(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _span(line: dict[str, Any]) -> tuple[float, float]:
    """A window as seconds, the end after its last candle."""
    start, last = (datetime.fromisoformat(line[name]).timestamp() for name in ("start", "end"))
    return start, last + (last - start) / max(line["window"] - 1, 1)
