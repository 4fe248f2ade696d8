"""Candles of files and markets → the patterns in them, as a table and a page."""
