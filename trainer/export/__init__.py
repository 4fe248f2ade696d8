"""Run → ONNX files, each behind a gate: it must match the checkpoint."""
