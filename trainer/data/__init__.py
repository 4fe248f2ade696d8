"""Datasets and pictures: directory on disk → tensors and labels; imports only what both stages share."""
