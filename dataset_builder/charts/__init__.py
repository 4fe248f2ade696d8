"""One chart: its look and candles are drawn by chance, its label is checked, its picture and metadata follow."""
