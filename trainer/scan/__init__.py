"""Rendered windows of a price series → the patterns in it."""
