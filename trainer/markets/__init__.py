"""Candles of exchanges: fetched through ccxt, and kept as Parquet files that are fetched on from where they end."""
