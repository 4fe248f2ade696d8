"""The networks, and a model file as a function from picture to probabilities; imports ``data``."""
