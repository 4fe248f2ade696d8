"""Candles that users have: files of OHLCV are read, and windows of them drawn."""
