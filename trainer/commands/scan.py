"""The command: find the patterns in files of candles and in the markets of an exchange."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from cryptoai_common.errors import UserError
from cryptoai_common.files import locked
from trainer.config_asking import ScanConfig
from trainer.markets.exchange import Exchange, Unreachable
from trainer.markets.fetch import Fetched, fetch_all
from trainer.markets.timeframes import length, next_end
from trainer.models.pattern_model import CLASSIFIER, CLASSIFIER_QUANTIZED
from trainer.scan.both import WindowModel
from trainer.scan.candles import check_bars
from trainer.scan.follow import LINES, Told
from trainer.scan.report import write_report
from trainer.scan.results import Results, line_of, refuse_without_markets, tell, write_results
from trainer.scan.sources import find_jobs, results_name
from trainer.scan.work import Job, Task, open_model, scan_all
from trainer.shipped import find_shipped

SETTLING = 2.0  # seconds after the end of a candle, in which exchanges write it down
LATE, LATE_TRIES = 2.0, 10  # seconds until it is asked for again where no market has it yet, and how often
POOL_FROM = 40  # markets from which on worker processes are worth their start
OFFLINE = 15.0  # seconds until the next try when the network is lost


def scan(config: ScanConfig) -> Path:
    """Write ``hits.csv``, ``hits.json`` and ``report.html``; returns the directory that they are in.

    Raises UserError for settings, a model or candles that can't be used, CheckFailed for an exchange that is silent.
    """
    _check(config)
    model_file = _model_file(find_shipped(config.model))
    model = open_model(model_file)  # a fault in it is told before anything is fetched
    output = config.output or _default_output(config)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{output} cannot be written ({error}); choose another --output") from None
    task = Task(
        model_file,
        tuple(sorted(set(config.window))),
        config.stride,
        time.time(),
        config.latest or config.follow,
        config.backtest,
        config.symbols if config.prices else (),
    )
    if config.exchange is None:
        _scan_once(config, task, find_jobs(config.prices), model, output, ())
    else:
        with asyncio.Runner() as runner:
            exchange = runner.run(_open(config))
            try:
                _scan_exchange(config, task, model, output, exchange, runner)
            finally:
                runner.run(exchange.close())
    return output


def _check(config: ScanConfig) -> None:
    for bars in config.window or (0,):
        check_bars("--window", bars)
    if config.stride < 1:
        raise UserError(f"--stride must be at least 1, not {config.stride}")
    if config.workers < 1:
        raise UserError(f"--workers must be at least 1, not {config.workers}")
    if (config.exchange is None) == (not config.prices):
        raise UserError(
            "name files or folders of candles, or an exchange, one of them: scan btc.csv, or"
            " scan --exchange binance --symbols BTC/USDT"
        )
    if config.exchange is None:
        for name in ("follow", "exchange_url"):
            if getattr(config, name):
                raise UserError(f"--{name.replace('_', '-')} is for markets of an --exchange, not for files")
    elif not config.symbols:
        raise UserError(
            "--exchange needs --symbols, such as BTC/USDT ETH/USDT, or top:200 (of make scan: SYMBOLS=top:200)"
        )
    if config.backtest and (config.latest or config.follow):
        raise UserError("--backtest looks at all windows: leave out --latest and --follow")
    if config.history < 0:
        raise UserError(f"--history must be 0 or more, not {config.history}")


def _default_output(config: ScanConfig) -> Path:
    """A directory for what was asked, so that no kind of scan replaces the files of another kind.

    ``--follow`` has files of its own names, and stays with the exchange.
    """
    kind = "-backtest" if config.backtest else "-latest" if config.latest and not config.follow else ""
    return Path("scans") / f"{config.exchange or results_name(config.prices)}{kind}"


async def _open(config: ScanConfig) -> Exchange:
    assert config.exchange is not None
    spot = not any(":" in symbol for symbol in config.symbols if not symbol.startswith("top:"))
    return await Exchange.open(config.exchange, config.timeframe, config.exchange_url, spot)


def _scan_exchange(
    config: ScanConfig, task: Task, model: WindowModel, output: Path, exchange: Exchange, runner: asyncio.Runner
) -> None:
    if exchange.clock_note:
        print(exchange.clock_note)
    symbols, absent = runner.run(exchange.choose(config.symbols))
    problems = [(symbol, f"{exchange.name} has no active market {symbol}") for symbol in absent]
    if not symbols:
        raise UserError(f"{problems[0][1]}: symbols are written as BTC/USDT")
    if config.follow:
        for _, problem in problems:
            print(f"not followed: {problem}")
        refusal = f"another scan --follow works in {output}: choose another --output for this one (of make scan: SCAN=)"
        with locked(output, refusal):
            _follow(config, task, output, exchange, runner, symbols)
        return
    fetched = runner.run(fetch_all(exchange, symbols, config.timeframe, config.history, config.markets))
    refused = sum(each.refused for each in fetched)
    print(
        f"{config.markets / exchange.name}: {sum(each.added for each in fetched)} new candles of {len(symbols)} markets"
        + (f", {refused} rows were no candles and are left out" if refused else "")
    )
    print("a candle that is still forming is not used")
    problems += [(each.symbol, each.problem) for each in fetched if each.problem is not None]
    jobs = [Job(each.file, each.symbol) for each in fetched if each.problem is None]
    _scan_once(config, task, jobs, model, output, problems)


def _scan_once(
    config: ScanConfig,
    task: Task,
    jobs: Sequence[Job],
    model: WindowModel,
    output: Path,
    problems: Sequence[tuple[str, str]],
) -> None:
    results = Results()
    results.problems += problems
    for result in _scanned(config, task, jobs):
        results.add(result)
    results.finish()
    refuse_without_markets(results)
    about: dict[str, Any] = {"exchange": config.exchange, "latest": task.latest}
    if config.exchange is not None:
        about["timeframe"] = config.timeframe
    where = f"{config.exchange}, {config.timeframe}" if config.exchange else f"{len(jobs)} files"
    title = f"Chart patterns: {where if len(jobs) > 1 or config.exchange else jobs[0].name}"
    try:
        write_results(results, model, about, output)
        write_report(results, {"title": title, "version": model.version, **about}, output / "report.html")
    except OSError as error:
        raise UserError(f"{output} cannot be written ({error}); choose another --output") from None
    tell(results, output)


def _scanned(config: ScanConfig, task: Task, jobs: Sequence[Job]) -> Iterator[Any]:
    """The results of all files, with a bar."""
    workers = min(config.workers, max(len(jobs), 1))
    with tqdm(total=len(jobs), desc="scan", unit=" files", leave=False, disable=None) as bar:
        for found in scan_all(task, iter(jobs), workers, config.engine):
            bar.update()
            yield from found


def _follow(
    config: ScanConfig, task: Task, output: Path, exchange: Exchange, runner: asyncio.Runner, symbols: list[str]
) -> None:
    """Look at every new candle of the markets until interrupted."""
    told = Told(output, exchange.name, config.timeframe)
    print(f"following {len(symbols)} markets of {exchange.name}, {config.timeframe}: lines go to {output / LINES}")
    print("a candle that is still forming is not used; Ctrl-C stops, and the same command goes on", flush=True)
    for hit in told.late:
        print(line_of(hit), flush=True)
    try:
        while symbols:
            fetched = _fetched(config, exchange, runner, symbols)
            gone = {each.symbol: each.problem for each in fetched if each.problem is not None}
            for problem in gone.values():
                print(f"not followed any more: {problem}", flush=True)
            symbols = [symbol for symbol in symbols if symbol not in gone]
            _tell_new(config, task, told, [each for each in fetched if each.problem is None])
            ends = next_end(exchange.now(), config.timeframe)
            time.sleep(max((ends - exchange.now()) / 1000, 0) + min(SETTLING, length(config.timeframe) / 4000))
    except KeyboardInterrupt:
        print("stopped: the same command goes on")
        return
    raise UserError(f"{exchange.name} has none of these markets any more")


def _fetched(config: ScanConfig, exchange: Exchange, runner: asyncio.Runner, symbols: list[str]) -> list[Fetched]:
    """The markets with their new candles, however long the network is lost, or an exchange late."""
    for _ in range(LATE_TRIES):
        while True:
            try:
                runner.run(exchange.set_clock())
                fetched = runner.run(fetch_all(exchange, symbols, config.timeframe, config.history, config.markets))
                break
            except Unreachable as error:
                print(f"{error.reason}; next try in {OFFLINE:.0f} s", flush=True)
                time.sleep(OFFLINE)
        if any(each.added or each.problem for each in fetched):
            break
        time.sleep(LATE)
    return fetched


def _tell_new(config: ScanConfig, task: Task, told: Told, fetched: list[Fetched]) -> None:
    """Look at the candles that are new, and print and append what was not told before."""
    jobs = [Job(each.file, each.symbol, told.seen(each.symbol)) for each in fetched]
    workers = config.workers if len(jobs) >= POOL_FROM else 1
    hits, newest = [], {}
    for found in scan_all(task, iter(jobs), workers, config.engine):
        for result in found:
            if result.problem is None:
                hits += [hit for hit, _ in result.hits]
                newest[result.market] = result.newest
    for hit in told.add(hits, newest):
        print(line_of(hit), flush=True)


def _model_file(model: Path) -> Path:
    """The file itself, or the smaller and faster one in a model directory."""
    if not model.is_dir():
        return model
    return model / (CLASSIFIER_QUANTIZED if (model / CLASSIFIER_QUANTIZED).exists() else CLASSIFIER)
