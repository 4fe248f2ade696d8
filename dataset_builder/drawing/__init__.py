"""Pictures: candles and a look become a chart. Nothing here knows the pattern; imports ``market``."""

import numpy as np

# Drawing allocates many short-lived arrays of 0.1-0.3 MB. Until glibc has seen a larger block freed, it returns each to
# the system and asks for it again, which costs a sixth of a chart's time in page faults. This frees one.
np.empty(1 << 24, np.uint8)
