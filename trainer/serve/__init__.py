"""The model behind HTTP: a picture or candles in, JSON out. In AWS Lambda (``handler``) or on this machine (``local``).

It joins the two packages: candles are drawn by ``dataset_builder`` and named by the model (see ``candles``, the one
module that imports it). It needs onnxruntime, numpy and Pillow, nothing else.
"""
