"""Settings of the commands that ask a model: the fields are options, and the text under each is its help."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptoai_common.cores import usable_cores
from cryptoai_common.options import Positional
from trainer.shipped import SHIPPED


@dataclass(frozen=True)
class PredictConfig:
    """Find the patterns in screenshots of charts, or name the one in a chart that is cut out."""

    pictures: Positional[tuple[Path, ...]]
    """Picture files."""
    model: Path = SHIPPED
    """Model directory, or one of its files: crypto_pattern_model_quantized.onnx for whole screenshots, and with --cut
    crypto_chart_classifier_quantized.onnx. The default comes with the project."""
    cut: bool = False
    """The pictures are charts that are cut to their prices: name the pattern that fills each of them."""
    picture: Path | None = None
    """Write the picture with a box and a name at each pattern into this file, such as found.png; of several pictures,
    into this folder."""
    onnx: Path | None = None
    """With --cut, use this ONNX file of the model directory."""
    json: bool = False
    """Print one JSON object a line."""


@dataclass(frozen=True)
class ExplainConfig:
    """Draw what the model saw in a picture: of a whole screenshot the prices that were read and the patterns found.

    Of a chart that is cut out, the patches that the model attended to, too.
    """

    picture: Positional[Path]
    """Picture file."""
    model: Path = SHIPPED
    """Model directory. Its finder and its reader of prices are used, and with --cut its checkpoint."""
    cut: bool = False
    """The picture is a chart that is cut to its prices."""
    output: Path | None = None
    """Picture to write. None: PICTURE_explained.png beside the picture."""


@dataclass(frozen=True)
class ScanConfig:
    """Find the patterns in files of candles, or in the markets of an exchange.

    Writes one ranked table, hits.csv and hits.json, and report.html, which opens without a network.
    """

    prices: Positional[tuple[Path, ...]] = ()
    """Files of candles, folders of them, or patterns such as data/*.csv."""
    exchange: str | None = None
    """Scan markets of this exchange instead, by its name in ccxt, such as binance. Only public data: no key is used."""
    symbols: tuple[str, ...] = ()
    """Markets, such as BTC/USDT ETH/USDT, or top:200: those with the largest volume of a day in USDT (top:200:EUR in
    EUR). Of files with several series, those to read."""
    timeframe: str = "1h"
    """Interval of the exchange's candles, such as 5m, 1h or 1d."""
    history: int = 1000
    """Candles of each market to have at least, counted back from now. 0: all that the exchange has."""
    exchange_url: str | None = None
    """Ask this host instead of the exchange's own, such as a mirror: https://data-api.binance.vision."""
    markets: Path = Path("data/markets")
    """Directory for the exchange's candles: EXCHANGE/BTC-USDT_1h.parquet, fetched on from where they end."""
    window: tuple[int, ...] = (30, 45, 60, 90, 120)
    """Candles in a picture; several lengths may be given."""
    stride: int = 6
    """Candles between the ends of two windows; the last one ends with the newest finished candle."""
    latest: bool = False
    """Look only at windows that end at the newest finished candle: what is there now."""
    follow: bool = False
    """Go on with each new candle of an exchange; each pattern is a line on the terminal and in follow.jsonl, once."""
    backtest: bool = False
    """Tell how often the move that textbooks expect followed, and how often it follows in any window."""
    model: Path = SHIPPED
    """Model directory, of which crypto_chart_classifier_quantized.onnx is used, or such a file."""
    output: Path | None = None
    """Directory for the results, which replace those in it. None: scans/NAME, by the exchange or the one file or folder
    that is named, else scans/files; with --latest scans/NAME-latest, with --backtest scans/NAME-backtest."""
    workers: int = usable_cores()
    """Processes that draw and ask the model."""
    engine: Literal["processes", "ray"] = "processes"
    """What runs them: this machine's processes, or a Ray cluster that shares the disk with the candles."""


@dataclass(frozen=True)
class ServeConfig:
    """Find the patterns in pictures and candles that come over HTTP, as the Lambda container does.

    docs/deployment.md shows what to send.
    """

    model: Path
    """Run directory, as `export` completes it, or a deployable file in it."""
    host: str = "127.0.0.1"
    """Address to listen on. The default takes requests from this machine only."""
    port: int = 8000
    """Port to listen on. 0: any free one."""


@dataclass(frozen=True)
class SiteConfig:
    """Build the page as a folder of static files, in which the model runs in the visitor's browser.

    Needs npm, which fetches onnxruntime-web. The folder is for any static host, or for `push-space`.
    """

    model: Path = SHIPPED
    """Model directory, or a file in it: crypto_pattern_model_quantized.onnx and crypto_price_reader.onnx are used."""
    out: Path = Path("site")
    """Folder for the page; an earlier page in it is replaced."""
