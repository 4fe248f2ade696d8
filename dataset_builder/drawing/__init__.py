"""Pictures: candles and a look become a chart. Nothing here knows the pattern."""

import numpy as np

# A picture takes many short-lived arrays of 0.1-0.3 MB. glibc hands each back to the system and asks for it again, at
# a sixth of a chart's time in page faults, until it has seen a larger block freed: from then on it keeps them.
np.empty(1 << 24, np.uint8)
