"""The finder's weights → its deployable files in a run, calibrated and compared with the networks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from cryptoai_common.errors import CheckFailed
from cryptoai_common.percent import percent
from trainer.commands.export import scratch_of
from trainer.config import ExportFinderConfig
from trainer.data.boxes import Screen, read_screens
from trainer.data.mixture import checked_manifest
from trainer.data.screenshots import for_calibration
from trainer.export.finder import InPrices, finder_graph, price_finder_graph, reader_graph, with_small_weights
from trainer.export.graph import write_metadata
from trainer.finder.calibrate import fit_logistic, fit_threshold
from trainer.finder.finder import Finder, Read, squeeze, strongest
from trainer.finder.span_net import SpanNet, last_of
from trainer.finder.weights import copy_halved, load_reader, load_spans, version_of
from trainer.models.finder import PatternFinder
from trainer.models.pattern_model import FINDER, FINDER_QUANTIZED, PRICE_FINDER, READER
from trainer.models.price_finder import PriceFinder
from trainer.scoring.boxes import SIDES, SPANS, Seen, match, score_boxes
from trainer.scoring.screens import see_all

NAMES = (FINDER, FINDER_QUANTIZED, READER, PRICE_FINDER)  # what is written
COMPARED = 100  # screenshots on which a file is compared with the networks
# Share of the patterns of the fp32 file that may differ from the networks': it resizes a screenshot in integers, they
# in floating point, and two spans that are nearly equally sure may change places.
DIFFERING = 0.02
NEAR = 0.02  # of the width or height: boxes that differ by no more are the same
RECALL_LOSS = 0.01  # of the first five, of the quantized file


def export_finder(config: ExportFinderConfig) -> None:
    """Write the files of the finder, of its reader and of the finder in candles into the run.

    Raises UserError for weights or a dataset that cannot be used, and CheckFailed if a file differs too much from the
    networks; none is written then.
    """
    spans, classes = load_spans(*config.spans)
    finder, last = Finder(load_reader(config.reader), spans), last_of(spans)
    fingerprint = checked_manifest(config.dataset).fingerprint
    screens = read_screens(config.dataset, wanted=for_calibration)
    with scratch_of(config.run) as place:
        plain, small, reader, in_prices = (place / name.name for name in NAMES)

        def write(file: Path, model: onnx.ModelProto, threshold: float) -> None:
            write_metadata(model, classes, threshold, version_of(config.reader, config.spans), fingerprint)
            onnx.save(model, file)

        write(plain, finder_graph(finder, 1.0, 0.0, 0.0), 0.0)
        slope, offset, threshold = _calibration(see_all(PatternFinder(plain, threads=1), screens))
        write(plain, finder_graph(finder, slope, offset, threshold), threshold)
        write(small, with_small_weights(onnx.load(plain)), threshold)
        write(reader, with_small_weights(reader_graph(finder)), threshold)
        # The last network alone: on prices that are known exactly the mean of several is no better.
        write(in_prices, with_small_weights(price_finder_graph(last)), 0.0)
        compared = screens[:COMPARED]
        reads = [_read(finder, screen) for screen in compared]
        _compare(plain, small, finder, compared, reads, classes, threshold)
        _compare_in_prices(in_prices, last, reads)
        for file in (reader, in_prices, plain, small):
            os.replace(file, config.run / file.name)
    copy_halved(config.reader, config.spans, config.run)
    sizes = ", ".join(f"{name} {(config.run / name).stat().st_size / 1e6:.1f} MB" for name in NAMES[1:])
    print(f"{config.run}: calibrated on {len(screens)} screenshots, threshold {threshold:.3f}; {sizes}")


def _calibration(seen: Sequence[Seen]) -> tuple[float, float, float]:
    """Slope and offset of the probabilities, and the threshold, from what an uncalibrated finder sees."""
    scores = np.array([place.probability for screen in seen for place in screen.places])
    taken = [mark for screen in seen for mark in match(screen.marks, screen.places, SIDES[SPANS], named=True)]
    right = np.array([mark is not None for mark in taken], float)
    slope, offset, chances = fit_logistic(scores, right)
    return slope, offset, fit_threshold(chances, right, sum(len(screen.marks) for screen in seen))


def _read(finder: Finder, screen: Screen) -> Read:
    """What the reader's network sees of a screenshot."""
    with torch.inference_mode():
        return finder.read(squeeze(torch.from_numpy(np.asarray(screen.open()).copy())))


def _compare(
    plain: Path,
    small: Path,
    finder: Finder,
    screens: Sequence[Screen],
    reads: Sequence[Read],
    classes: tuple[str, ...],
    threshold: float,
) -> None:
    """The fp32 file against the networks, and the quantized one against it. Raises CheckFailed if one differs."""
    deployed = PatternFinder(plain, threads=1)
    seen = see_all(deployed, screens)
    differing = [_differs(finder, screen, read, deployed) for screen, read in zip(screens, reads, strict=True)]
    if np.mean(differing) > DIFFERING:
        raise CheckFailed(
            f"{plain.name} was not written: on {percent(float(np.mean(differing)), 0)} of {len(screens)}"
            f" screenshots its surest pattern is not that of the networks ({percent(DIFFERING, 0)} allowed)"
        )
    before, after = (
        _first_five(score_boxes(each, classes, threshold)) for each in (seen, see_all(PatternFinder(small, 1), screens))
    )
    if before - after > RECALL_LOSS:
        raise CheckFailed(
            f"{small.name} was not written: it finds {percent(after)} of the patterns of {len(screens)} screenshots,"
            f" and the file in fp32 {percent(before)} ({percent(RECALL_LOSS, 0)} less is allowed)"
        )


def _compare_in_prices(file: Path, net: SpanNet, reads: Sequence[Read]) -> None:
    """The finder in candles against its network, on prices read in screenshots. Raises CheckFailed if it differs."""
    deployed, network, differing = PriceFinder(file, threads=1), InPrices(net), []
    for read in reads:
        with torch.inference_mode():
            prices = torch.stack((read.high[0], read.low[0]), dim=1)
            prices[read.seen[0] == 0] = torch.nan
            _, expected = network(prices[None])
        scores = deployed.look(prices.numpy()).scores
        differing.append(scores.max(axis=0).argmax() != int(expected.amax(dim=0).argmax()))
    if np.mean(differing) > DIFFERING:
        raise CheckFailed(
            f"{file.name} was not written: in the prices of {percent(float(np.mean(differing)), 0)} of {len(reads)}"
            f" screenshots its surest pattern is not that of the network ({percent(DIFFERING, 0)} allowed)"
        )


def _differs(finder: Finder, screen: Screen, read: Read, deployed: PatternFinder) -> bool:
    """Whether the surest pattern of the file is another than that of the networks."""
    picture = np.asarray(screen.open())
    with torch.inference_mode():
        boxes, labels, _ = strongest(finder.look(read))
    found = deployed.find(picture, 0.0)
    if not found:
        return len(boxes) > 0
    height, width, _ = picture.shape
    shares = np.array(found[0].box) / (width, height, width, height)
    same_place = float(np.abs(shares - boxes[0].numpy()).max()) <= NEAR
    return not (same_place and deployed.classes[int(labels[0])] == found[0].label)


def _first_five(figures: dict[str, Any]) -> float:
    return float(figures["recall"]["all"][SPANS]["first_5"]["right_name"])
