"""Every form of one model, one picture at a time: speed on one core and two, size, memory, cold start.

    python benchmarks/bench_model.py [RUN] [--rounds 5] [--pictures 40] [--dataset DIR]

RUN is models/chart-vit by default; its files are made anew in a temporary directory. Prints a Markdown table. Each
form has a process of its own, and rounds of all forms alternate, so that other work on the machine counts for little.
Cold start is the time from the start of the process to its first answer, memory the process's peak until then. With
--dataset the table also says how many charts of the validation split get another class than the checkpoint gives, and
the accuracy.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
CHILD = """
import json, sys, time
from pathlib import Path
import numpy as np

run, file, kind, count = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def load(threads):
    if kind == "pictures":
        from trainer.models.pattern_model import PatternModel
        model, picture = PatternModel(file, threads), np.full((1, 224, 224, 3), 200, np.uint8)
        return lambda: model(picture)
    if kind == "pixels":
        from trainer.models.classifier import OnnxClassifier
        classifier = OnnxClassifier(run, file, threads)
    else:
        import torch
        from trainer.models.vit import TorchClassifier
        torch.set_num_threads(threads)
        classifier = TorchClassifier.load(run)
    pixels = np.full((1, 3, *classifier.preprocess.size), 0.5, np.float32)
    return lambda: classifier.logits(pixels)

answer = load(1)
answer()
status = Path("/proc/self/status").read_text()  # getrusage would count the parent's memory before exec
print(int(status.split("VmHWM:")[1].split()[0]) * 1024, flush=True)
for threads in (1, 2):
    answer, times = load(threads), []
    for _ in range(5 + count):
        began = time.perf_counter()
        answer()
        times.append((time.perf_counter() - began) * 1000)
    print(json.dumps(times[5:]), flush=True)
"""
CHOICES = (("int8", "auto"), ("int8", "avx2"), ("int8", "avx512_vnni"), ("int4", "auto"), ("fp16", "auto"))
Forms = dict[str, tuple[Path, str]]  # name → file, and what it takes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, nargs="?", default=ROOT / "models/chart-vit")
    parser.add_argument("--rounds", type=int, default=5, help="processes of each form (default 5)")
    parser.add_argument("--pictures", type=int, default=40, help="pictures timed in each process (default 40)")
    parser.add_argument("--dataset", type=Path, help="also measure accuracy on its validation split")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        forms = make_forms(arguments.run, Path(scratch))
        parity = measure_parity(arguments.run, forms, arguments.dataset) if arguments.dataset else {}
        measured: dict[str, list] = {name: [] for name in forms}
        for _ in range(arguments.rounds):
            for name, (file, kind) in forms.items():
                measured[name].append(one_process(arguments.run, file, kind, arguments.pictures))
        print_table(forms, measured, parity)


def make_forms(run: Path, scratch: Path) -> Forms:
    """The files to compare, written into ``scratch``."""
    from optimum.onnxruntime import ORTQuantizer
    from optimum.onnxruntime.configuration import AutoQuantizationConfig

    from trainer.export.make import Maker

    make = Maker(run, scratch)
    forms = {"torch": (run / "model.safetensors", "torch"), "ONNX fp32": (make.fp32(), "pixels")}
    # Without Conv, which its default would turn into the slow ConvInteger.
    stock = AutoQuantizationConfig.avx512_vnni(
        is_static=False, per_channel=True, operators_to_quantize=["MatMul", "Gemm"]
    )
    ORTQuantizer.from_pretrained(scratch, file_name="model.onnx").quantize(stock, save_dir=scratch, file_suffix="stock")
    forms["INT8 by optimum"] = (scratch / "model_stock.onnx", "pixels")
    forms["INT8 for transformers.js"] = (make.int8("auto"), "pixels")
    forms["deployable fp32"] = (make.deployable(), "pictures")
    for kind, target in (
        ("int8", "auto"),
        ("int8", "avx2"),
        ("int8", "avx512_vnni"),
        ("int4", "auto"),
        ("fp16", "auto"),
    ):
        name = f"deployable {kind}" + (f" --target {target}" if kind == "int8" else "")
        made = make.deployable_quantized(kind, target)
        forms[name] = (made.rename(scratch / f"{kind}-{target}.onnx"), "pictures")
    return forms


def one_process(run: Path, file: Path, kind: str, pictures: int) -> tuple[float, int, list[float], list[float]]:
    """Seconds to the first answer, peak memory in bytes, and milliseconds a picture on one core and on two."""
    words = [sys.executable, "-c", CHILD, str(run), str(file), kind, str(pictures)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        memory = process.stdout.readline()
        cold = time.perf_counter() - began
        rest = process.stdout.read().splitlines()
    if process.returncode:
        raise SystemExit(f"{file} could not be run")
    return cold, json.loads(memory), *map(json.loads, rest)


def measure_parity(run: Path, forms: Forms, dataset: Path) -> dict[str, str]:
    """Class flips and accuracy of each form, as a cell of the table."""
    from trainer.data.charts import label_ids, load_split, picture_of
    from trainer.models.classifier import OnnxClassifier
    from trainer.models.pattern_model import PatternModel
    from trainer.models.vit import TorchClassifier

    checkpoint = TorchClassifier.load(run)
    rows = load_split(dataset, "validation")
    truth, pictures = np.array(label_ids(rows, checkpoint.classes)), [picture_of(row) for row in rows]

    def guesses(answer: Callable[[np.ndarray], np.ndarray], prepare: Callable) -> np.ndarray:
        return np.array([answer(prepare(picture)[np.newaxis])[0].argmax() for picture in pictures])

    expected, cells = guesses(checkpoint.logits, checkpoint.preprocess), {}
    for name, (file, kind) in forms.items():
        if kind == "pictures":
            model = PatternModel(file)
            found = guesses(lambda picture, model=model: model(picture)[0], np.asarray)
        elif kind == "pixels":
            found = guesses(OnnxClassifier(run, file).logits, checkpoint.preprocess)
        else:
            found = expected
        cells[name] = f" {(found != expected).sum()} of {len(truth)} | {(found == truth).mean():.1%} |"
    return cells


def print_table(forms: Forms, measured: dict[str, list], parity: dict[str, str]) -> None:
    more, line = (" class flips | accuracy |", "---:|---:|") if parity else ("", "")
    print("| one picture | one core, ms | 95 % | two cores, ms | 95 % | MB | memory, MB | cold start, s |" + more)
    print("|---|---:|---:|---:|---:|---:|---:|---:|" + line)
    for name, (file, _) in forms.items():
        colds, memories, one, two = zip(*measured[name], strict=True)
        times = [f"{np.percentile(np.concatenate(runs), share):.1f}" for runs in (one, two) for share in (50, 95)]
        size = f"{file.stat().st_size / 1e6:.1f} | {max(memories) / 1e6:.0f} | {np.median(colds):.2f}"
        print(f"| {name} | {' | '.join(times)} | {size} |" + parity.get(name, ""))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
