"""Pictures for people: curves, confusion matrix, predictions, explanations; imports ``models`` and ``data``."""

import logging

# Where HOME cannot be written it makes do with a temporary cache, and says so in two lines.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
