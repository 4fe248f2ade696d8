"""Sizes that the reading of pictures and the finding of spans share."""

# Pixels to which a screenshot is squeezed before it is read. A candle of a screen of 1440 x 900 pixels is one to three
# columns wide then, and a price is read to a 300th of the height.
COLUMNS, ROWS = 512, 320
