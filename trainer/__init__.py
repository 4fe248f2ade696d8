"""Fine-tunes a Vision Transformer on a dataset directory, exports it to INT8 ONNX, evaluates it, predicts with it."""

from cryptoai_common.privacy import keep_telemetry_off

keep_telemetry_off()
