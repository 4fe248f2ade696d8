"""Windows of candles that users have, drawn as charts."""
