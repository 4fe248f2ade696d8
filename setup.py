"""What pyproject.toml cannot say: the wheel holds the shipped model, which lies outside the packages.

``trainer/shipped.py`` looks for it where this puts it.
"""

from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = Path("models/chart-vit")
TARGET = Path("trainer/shipped_models") / SHIPPED.name
FILES = (  # what predict, scan, explain and training need of it
    "config.json",
    "preprocessor_config.json",
    "crypto_chart_classifier_quantized.onnx",
    "model.safetensors",
    "chart_reader.safetensors",
)
FINDER_FILES = (  # of a model that has them
    "crypto_pattern_model_quantized.onnx",
    "crypto_price_reader.onnx",
    "crypto_price_patterns.onnx",
)


class BuildWithModel(build_py):
    """Copies the model into what becomes the wheel; an editable installation reads it where it is."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / TARGET
            target.mkdir(parents=True, exist_ok=True)
            for name in (*FILES, *(name for name in FINDER_FILES if (SHIPPED / name).is_file())):
                copyfile(SHIPPED / name, target / name)


setup(cmdclass={"build_py": BuildWithModel})
