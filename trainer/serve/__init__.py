"""The model behind HTTP: a picture or candles in, JSON out. In AWS Lambda (``handler``) or as a server (``server``).

It joins the two packages: candles are drawn by ``dataset_builder`` and named by the model (see ``candles``, the one
module that imports it). ``event``, ``respond``, ``candles`` and ``handler`` need onnxruntime, numpy and Pillow, nothing
else; ``app``, ``limits``, ``openapi``, ``protocol`` and ``server`` need starlette and uvicorn too.
"""
