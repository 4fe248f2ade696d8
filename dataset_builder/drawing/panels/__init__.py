"""What is on a page beside the chart: bars, lists, tables and texts. Nothing of it depends on prices.

Sizes are in heights of a letter, as pages scale with their text; shares are from 0 to 1. The numbers were chosen: each
range spans what pages of exchanges, brokers, news sites and charting platforms look like.
"""
