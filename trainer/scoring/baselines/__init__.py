"""What a model should beat: the commonest class, a small convolutional network, rules on the candles."""
