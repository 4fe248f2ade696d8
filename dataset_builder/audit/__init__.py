"""Measures whether a dataset is good, and reports every measure that is out of its range."""
