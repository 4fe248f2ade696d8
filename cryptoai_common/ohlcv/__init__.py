"""The rules for tables of candles (OHLCV), wherever they come from: which column is what, times, order, holes.

Files and HTTP both go through ``reading.read_table``. Needs the standard library and numpy alone.
"""
