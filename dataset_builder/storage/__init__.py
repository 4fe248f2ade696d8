"""Datasets on disk: what they hold, how they are built, resumed, merged and verified."""
