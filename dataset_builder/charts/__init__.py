"""One chart: draws its look and its candles at random, checks its label, makes its picture and its metadata."""
