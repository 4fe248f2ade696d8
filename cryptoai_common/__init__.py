"""What both stages share: errors, files, the format of a dataset on disk, the Hub, and the rules for candles.

Imports neither ``dataset_builder`` nor ``trainer``, neither torch nor the drawing code.
"""
