"""Baselines that a model should beat: a small convolutional network, and rules on the candles."""
