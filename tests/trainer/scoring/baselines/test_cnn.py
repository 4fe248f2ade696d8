import numpy as np
from PIL import Image

from trainer.data.charts import ChartDataset, load_split
from trainer.data.preprocess import Preprocessor
from trainer.scoring.baselines.cnn import train_cnn


def test_it_learns_what_a_small_net_can(tmp_path):
    """A bright square in one of four corners."""
    for i in range(80):
        corner, pixels = i % 4, np.random.default_rng(i).integers(0, 90, (32, 32, 3), dtype=np.uint8)
        pixels[16 * (corner // 2) :, 16 * (corner % 2) :][:16, :16] += 160
        path = tmp_path / "train" / f"corner{corner}" / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    rows = load_split(tmp_path, "train")
    labels = [int(name[-1]) for name in rows["label"]]
    charts = ChartDataset(rows, labels, Preprocessor((32, 32), (0.5,) * 3, (0.5,) * 3))
    cnn = train_cnn(charts, ("a", "b", "c", "d"), epochs=6)
    logits = cnn.logits(np.stack([charts[i]["pixel_values"] for i in range(80)]))
    assert (logits.argmax(axis=1) == labels).mean() > 0.9
