"""Training: pictures a second of a stock Trainer and of this project's, beside what this machine can multiply.

    python benchmarks/bench_train.py [--steps 12] [--dataloader-num-workers 1 …]

The same model (models/chart-vit), batch and charts. The stock Trainer has its defaults: fp32, ViTImageProcessor in the
data loader, AdamW. Ours trains by the recipe `default`, augmentation included, and takes more options of `train`. The
machine's rate is that of one product of large square matrices; a training step counts as three forward passes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import torch
from datasets import Dataset
from torch.utils.data import default_collate
from transformers import Trainer, TrainerCallback, TrainingArguments, ViTForImageClassification, ViTImageProcessor
from transformers.trainer_callback import ProgressCallback
from transformers.utils import logging

from trainer.data.charts import load_split, picture_of
from trainer.data.mixture import Mixture, read_mixture
from trainer.models.precision import bf16_is_fast, has_accelerator
from trainer.models.vit import build, preprocessor_of
from trainer.training.arguments import training_arguments
from trainer.training.assembly import assemble
from trainer.training.recipe import resolve

BASE = "models/chart-vit"
BATCH, WARM_UP = 32, 3  # pictures, steps
SIDE, PRODUCTS = 2048, 7  # of the square matrices
QUIET = ["--eval-strategy", "no", "--save-strategy", "no", "--load-best-model-at-end", "false"]


class Clock(TrainerCallback):
    """When each step ended."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, *args, **kwargs) -> None:
        self.ends.append(time.perf_counter())

    def rate(self) -> float:
        """Pictures a second, warm-up left out."""
        return BATCH * (len(self.ends) - WARM_UP) / (self.ends[-1] - self.ends[WARM_UP - 1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=12, help="steps that are timed (default 12)")
    given, options = parser.parse_known_args()
    logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as scratch:
        charts = Path(scratch) / "charts"
        sizes = ["--size", "700", "--validation-fraction", "0.05", "--test-fraction", "0.05", "--negatives", "20"]
        build_it = [sys.executable, "-m", "dataset_builder", "build", "--output", str(charts), *sizes]
        subprocess.run(build_it, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        mixture = read_mixture((charts,))
        steps = WARM_UP + given.steps
        stock, ours = _stock(charts, Path(scratch), steps), _ours(mixture, Path(scratch), steps, options)
    fp32, bf16 = _product_rate(torch.float32), _product_rate(torch.bfloat16)
    work = _work(ViTForImageClassification.from_pretrained(BASE).config)
    ours_peak, name = (bf16, "bf16") if bf16_is_fast() else (fp32, "fp32")
    print(f"\n{torch.get_num_threads()} threads; matrix products: fp32 {fp32:,.0f}, bf16 {bf16:,.0f} GFLOP/s\n")
    print("| training | pictures/s | GFLOP/s | share of the machine's rate |\n|---|---:|---:|---:|")
    for what, rate, peak in (("stock Trainer, fp32", stock, fp32), (f"ours, {name}", ours, ours_peak)):
        print(f"| {what} | {rate:.1f} | {rate * work:,.0f} | {rate * work / peak:.0%} |")
    print(f"| ours / stock | {ours / stock:.2f} | | |")


def _stock(directory: Path, scratch: Path, steps: int) -> float:
    """As the image classification examples of transformers have it."""
    model, processor = ViTForImageClassification.from_pretrained(BASE), ViTImageProcessor.from_pretrained(BASE)
    rows: Dataset = load_split(directory, "train")

    def transform(batch: dict) -> dict:
        pictures = [picture_of({"image": image}) for image in batch["image"]]
        return {"pixel_values": processor(pictures, return_tensors="pt")["pixel_values"], "labels": batch["label"]}

    arguments = TrainingArguments(
        output_dir=str(scratch / "stock"),
        per_device_train_batch_size=BATCH,
        max_steps=steps,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        use_cpu=not has_accelerator(),
    )
    return _timed(
        Trainer(model, arguments, train_dataset=rows.with_transform(transform), data_collator=default_collate)
    )


def _ours(mixture: Mixture, scratch: Path, steps: int, options: list[str]) -> float:
    places = ["--dataset", str(mixture.directories[0]), "--output", str(scratch / "ours")]
    sizes = ["--max-steps", str(steps), "--per-device-train-batch-size", str(BATCH)]
    config, given = resolve([*places, *QUIET, *sizes, *options])
    arguments = training_arguments({"bf16": bf16_is_fast(), **given}, scratch / "ours", patience=0)
    model, processor = build(config, mixture.classes)
    trainer = assemble(config, arguments, mixture, model, preprocessor_of(processor))
    return _timed(trainer)


def _timed(trainer: Trainer) -> float:
    clock = Clock()
    trainer.pop_callback(ProgressCallback)
    trainer.add_callback(clock)
    trainer.train()
    return clock.rate()


def _product_rate(kind: torch.dtype) -> float:
    """GFLOP/s of a product of two square matrices, the median of several."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    a, b = (torch.randn(SIDE, SIDE, device=device).to(kind) for _ in range(2))
    times = []
    for _ in range(PRODUCTS):
        began = time.perf_counter()
        (a @ b)[0, 0].item()  # waits for a GPU
        times.append(time.perf_counter() - began)
    return 2 * SIDE**3 / median(times[1:]) / 1e9


def _work(config) -> float:
    """GFLOP of training on one picture: its matrix products, forward, and twice as much backward."""
    patches, width = (config.image_size // config.patch_size) ** 2, config.hidden_size
    tokens = patches + 1
    layer = 2 * tokens * width * (4 * width + 2 * config.intermediate_size) + 4 * tokens**2 * width
    embedding = 2 * patches * width * 3 * config.patch_size**2
    return 3 * (config.num_hidden_layers * layer + embedding) / 1e9


if __name__ == "__main__":
    main()
