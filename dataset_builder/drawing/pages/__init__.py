"""Draws pages at random around a look: exports of charting libraries, websites, trading terminals and phones."""
