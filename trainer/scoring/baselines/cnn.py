"""The baseline of a convolutional network of four layers, trained from random weights."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader
from tqdm import tqdm

from trainer.data.charts import ChartDataset
from trainer.data.preprocess import Preprocessor

WIDTHS = (3, 16, 32, 64, 128)  # channels before and after each layer
POOLED = 4  # side of the map that the last one is averaged to: the classifier needs to know what is where
BATCH, LEARNING_RATE, WEIGHT_DECAY = 32, 3e-3, 0.05


class SmallCnn(nn.Module):
    """Four convolutions that halve the picture, then a linear classifier: [n, 3, height, width] → [n, classes]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        layers = [
            nn.Sequential(nn.Conv2d(a, b, 3, stride=2, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for a, b in pairwise(WIDTHS)
        ]
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(POOLED), nn.Flatten())
        self.classifier = nn.Linear(WIDTHS[-1] * POOLED**2, classes)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """float32 [n, 3, height, width] → logits float32 [n, classes]."""
        logits: torch.Tensor = self.classifier(self.features(pixel_values))
        return logits


class CnnClassifier:
    """A trained ``SmallCnn`` as ``classifier.Classifier``."""

    def __init__(self, model: SmallCnn, classes: tuple[str, ...], preprocess: Preprocessor) -> None:
        self.model, self.classes, self.preprocess = model.eval(), classes, preprocess

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(weight.numel() for weight in self.model.parameters())

    def logits(self, pixel_values: np.ndarray) -> np.ndarray:
        """float32 [n, 3, height, width] → float32 [n, classes]."""
        with torch.inference_mode():
            logits: np.ndarray = self.model(torch.from_numpy(pixel_values)).numpy()
        return logits


def train_cnn(charts: ChartDataset, classes: tuple[str, ...], epochs: int) -> CnnClassifier:
    """Train on the CPU from random weights; the seed is fixed."""
    torch.manual_seed(0)
    model = SmallCnn(len(classes))
    batches = DataLoader(charts, batch_size=BATCH, shuffle=True, drop_last=len(charts) > BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=epochs * len(batches))
    with tqdm(total=epochs * len(batches), desc="4-layer CNN", unit=" steps", leave=False, disable=None) as bar:
        for epoch in range(epochs):
            charts.set_epoch(epoch)
            for batch in batches:
                loss = nn.functional.cross_entropy(model(batch["pixel_values"]), batch["labels"])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                bar.update()
    return CnnClassifier(model, classes, charts.preprocess)
