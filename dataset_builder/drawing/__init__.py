"""Draws candles in a given look as a picture, without knowledge of the pattern; imports ``market``."""

import numpy as np

# Drawing allocates many short-lived arrays of 0.1-0.3 MB. By default glibc's malloc returns memory of that size to the
# system when it is freed, which costs a sixth of a chart's time in page faults. It raises that limit (M_MMAP_THRESHOLD,
# see man mallopt) to the size of the largest block that was freed, so a larger block is allocated and freed here.
np.empty(1 << 24, np.uint8)
