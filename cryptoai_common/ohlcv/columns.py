"""Which column is what, by its name: prices, volume, symbol, and those that may hold times."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cryptoai_common.candles import PRICES
from cryptoai_common.ohlcv.table import TableError

# Names as `plain_name` leaves them, the surest first: "close" is taken before "price" where both are there. Those in
# the second line of each are Upbit's and Bloomberg's, and Investing.com's and Stooq's in other languages.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "open": ("open", "openprice", "priceopen", "opening", "o", "midopen", "erster", "eröffnung")
    + ("openingprice", "pxopen", "eröffn", "ouv", "apertura", "abertura", "otwarcie", "开盘"),
    "high": ("high", "highprice", "pricehigh", "h", "max", "midhigh", "hoch")
    + ("pxhigh", "plushaut", "máximo", "massimo", "máxima", "najwyzszy", "最高"),
    "low": ("low", "lowprice", "pricelow", "l", "min", "midlow", "tief")
    + ("pxlow", "plusbas", "mínimo", "minimo", "mínima", "najnizszy", "最低"),
    "close": (
        "close",
        "closeprice",
        "priceclose",
        "c",
        "closelast",
        "midclose",
        "last",
        "latest",
        "schluss",
        "schlusskurs",
    )
    + ("pxlast", "zuletzt", "dernier", "último", "ultimo", "zamkniecie", "收盘", "tradeprice")
    + ("price", "adjclose"),
    "volume": ("volume", "vol", "v", "basevolume", "volumebase", "volumefrom", "volumetraded", "basevol", "tickvol")
    + ("tickvolume", "amount", "stücke", "stuecke", "wolumen", "成交量"),
}
# Times at which a candle opens, the surest first. "date" and "time" may also hold the two halves of one.
OPENS: tuple[str, ...] = (
    "opentime",
    "timeopen",
    "opentimestamp",
    "timeperiodstart",
    "klineopentime",
    "starttime",
    "windowstart",
)
OPENS += ("candledatetimeutc",)
TIMES: tuple[str, ...] = (
    *OPENS,
    "timestamp",
    "datetime",
    "date",
    "time",
    "unix",
    "unixtime",
    "unixtimestamp",
    "unixtimestampms",
    "epoch",
    "ts",
    "t",
    "mts",
    "datetimeutc",
    "timeutc",
    "dateutc",
    "gmttime",
)
TIMES += ("utctime", "localtime", "startat", "start", "begin", "begins", "beginsat")
TIMES += ("candletime", "bartime", "tradedate", "tradingdate", "snapshottime", "datum", "dt", "dtyyyymmdd", "ticks")
TIMES += ("data", "fecha", "日期", "period", "index", "")
HOUR = "hour"  # which may be a number from 0 to 23
CLOCKS = ("time", HOUR, "tradetime", "clock", "uhrzeit", "zeit")  # the hour, beside a column with the day
ENDS = ("closetime", "timeclose", "closetimestamp", "timeperiodend", "endtime", "end")  # at which a candle closes
# One value for all rows of a series: several tell that there are several series in one table.
SYMBOLS: tuple[str, ...] = (
    "symbol",
    "ticker",
    "pair",
    "market",
    "instrument",
    "tic",
    "productid",
    "instid",
    "instrumentname",
    "coin",
    "asset",
    "contract",
)
SYMBOLS += ("code", "isin", "name", "currency", "crypto", "base", "quote", "exchange")
VOLUME_ENDS = ("volume", "quantity")
RENAME = "rename its columns to time, open, high, low, close and volume"
INTERVALS = ("interval", "timeframe", "per", "granularity", "resolution", "barsize", "tf")


def plain_name(name: object) -> str:
    """A column's name without case, spaces, marks, what stands in brackets, and a number before it ("1. open")."""
    text = re.sub(r"\([^)]*\)|^\s*\d+\.\s", "", str(name).lower())
    return re.sub(r"[^\w]|_", "", text)


def find_column(names: Sequence[str], role: str) -> int | None:
    """The number of the column with that role, or None. Raises TableError if two columns have one name.

    Of "l" and "L" the small letter is the price: exchanges write other things under the capital.
    """
    plain = [plain_name(name) for name in names]
    for synonym in SYNONYMS[role]:
        places = [place for place, name in enumerate(plain) if name == synonym]
        if len(synonym) == 1 and len(places) > 1:
            places = [place for place in places if names[place] == synonym] or places
        if len(places) > 1 and role == "volume":  # "Volume (BTC)", "Volume (USD)": the traded coin stands first
            return places[0]
        if len(places) > 1:
            raise TableError(f"has two columns {role} ({', '.join(names[place] for place in places)}): leave one")
        if places:
            return places[0]
    return None


def find_volumes(names: Sequence[str]) -> list[int]:
    """Columns of traded volume, the surest first: the second and later ones count where the first one does not."""
    surest = find_column(names, "volume")
    if surest is None:  # "Volume BTC" before "Volume USDT": the traded coin stands first
        return other_volumes(names, ())[:1]
    ticks = [place for place in named(names, ("tickvol", "tickvolume")) if place != surest]
    return [surest, *ticks]  # MetaTrader counts ticks where it has no volume, which is 0 throughout


def other_volumes(names: Sequence[str], but: Sequence[int]) -> list[int]:
    """Further columns that may hold traded volume or turnover, those whose names begin with it first."""
    plain = [plain_name(name) for name in names]
    places = [
        place
        for place, name in enumerate(plain)
        if place not in but and (name in SYNONYMS["volume"] or name.startswith("volume") or name.endswith(VOLUME_ENDS))
    ]
    return sorted(places, key=lambda place: not plain[place].startswith("volume"))


def find_prices(names: Sequence[str]) -> list[int]:
    """The columns of open, high, low and close. Raises TableError that names those that are not there."""
    found = {role: find_column(names, role) for role in PRICES}
    missing = [role for role, place in found.items() if place is None]
    if missing:
        has = ", ".join(map(str, names[:20])) or "none"
        raise TableError(f"has no column {', '.join(missing)}: it has {has}; {RENAME}")
    return [place for place in found.values() if place is not None]


def named(names: Sequence[str], known: Sequence[str]) -> list[int]:
    """Columns whose names are among the known ones, in the order of those; one without a name only if it is first."""
    plain = [plain_name(name) for name in names]
    return [place for one in known for place, name in enumerate(plain) if name == one and (one or place == 0)]


def is_header(cells: Sequence[str]) -> bool:
    """Whether a line names columns: at least three of the four prices are among them, or it starts as one would."""
    plain = {plain_name(cell) for cell in cells}
    return sum(any(name in plain for name in SYNONYMS[role]) for role in PRICES) >= 3
