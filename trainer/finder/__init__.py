"""The networks that find patterns on whole screenshots, and what they learn from; imports ``data`` and ``models``.

A screenshot is read in two steps: ``price_reader`` finds the highest and lowest price in each column of pixels, and
``span_net`` finds the spans of time in these prices that show a pattern.
"""
