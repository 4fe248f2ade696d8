"""Pictures: candles and a look become a chart. Nothing here knows the pattern."""
