"""Prices: sketches of patterns, the market that traces them, and the checks that read finished candles."""
