"""What is measured of a model, with one loop for torch, ONNX and INT8; imports ``models`` and ``data``."""
