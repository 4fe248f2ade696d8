"""Replaces the classifier of a ViT, for other classes than it was trained on."""

from __future__ import annotations

from typing import cast

import torch
from transformers import ViTForImageClassification


def set_classes(model: ViTForImageClassification, classes: tuple[str, ...]) -> None:
    """Give ``model`` a classifier for ``classes``, in this order; a class that it had before keeps its weights."""
    known = {name: i for i, name in (model.config.id2label or {}).items()}
    if list(known) == list(classes):
        return
    old = cast(torch.nn.Linear, model.classifier)
    new = torch.nn.Linear(model.config.hidden_size, len(classes))
    model.config.id2label, model.config.label2id = class_names(classes)
    model.num_labels = len(classes)
    model._init_weights(new)
    with torch.no_grad():
        for place, name in enumerate(classes):
            if name in known:
                new.weight[place], new.bias[place] = old.weight[known[name]], old.bias[known[name]]
    model.classifier = new


def class_names(classes: tuple[str, ...]) -> tuple[dict[int, str], dict[str, int]]:
    """``id2label`` and ``label2id`` for a transformers config, which takes the number of classes from them."""
    return dict(enumerate(classes)), {name: i for i, name in enumerate(classes)}
