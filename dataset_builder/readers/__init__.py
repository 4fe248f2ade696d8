"""Reads files of candles as people have them. Knows nothing of charts; imports candles and errors that all share."""
