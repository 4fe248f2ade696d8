"""Pictures for people: curves, confusion matrix, predictions, explanations; imports ``models`` and ``data``."""
