"""The model behind HTTP: a picture or candles in, JSON out. In AWS Lambda (``handler``) or as a server (``server``).

It joins the two packages: ``dataset_builder`` draws the candles and the model classifies the picture (see ``candles``,
the one module that imports it). ``event``, ``respond``, ``candles`` and ``handler`` need only onnxruntime, numpy and
Pillow; ``app``, ``limits``, ``openapi``, ``protocol`` and ``server`` need starlette and uvicorn too.
"""
