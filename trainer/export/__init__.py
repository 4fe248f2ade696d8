"""Run → ONNX files, each of which is compared with the checkpoint before it enters the run."""
