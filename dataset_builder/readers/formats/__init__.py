"""Files of candles as exchanges and charting programs write them → tables. What a file is, is told by its content.

``content`` opens a file and chooses between ``delimited`` (CSV and the like), ``json_rows`` and ``columnar`` (Parquet,
Feather). What their columns mean is told in ``cryptoai_common.ohlcv``. ``vendors`` gives what was found its name: a new
one is a line in its table.
"""
