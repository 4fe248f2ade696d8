"""Every program in the pages and in a model's card that opens a picture says of it what ``predict`` says."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from finder_file import write_finder
from PIL import Image

from dataset_builder import ChartPatternGenerator
from trainer.data.picture import open_rgb
from trainer.models.classifier import read_classes, softmax
from trainer.models.load import load
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED, UNCLEAR, PatternModel
from trainer.models.vit import TorchClassifier
from trainer.runs.card import write_card

ROOT = Path(__file__).parents[2]
BASE = ROOT / "models/chart-vit"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = ("screenshot.png", "chart.png")  # what the pages call the reader's picture
LAST = "last_value"


def opening(text: str) -> list[str]:
    """The programs of a page that open the reader's picture."""
    programs = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [each for each in programs if re.search(rf'(open|open_rgb|pipeline|Path)\(.*"({"|".join(NAMES)})"', each)]


PROGRAMS = [
    pytest.param(each, id=f"{page.name} {i}") for page in PAGES for i, each in enumerate(opening(page.read_text()))
]
CARD = "".join(re.findall(r"^```python\n(.*?)^```", (BASE / "README.md").read_text(), re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def upright() -> Image.Image:
    return ChartPatternGenerator(seed=3).generate_ascending_triangle().convert("L")


def _with_orientation(picture: Image.Image, orientation: int) -> dict[str, Any]:
    turned = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = orientation
    return {"picture": picture.transpose(turned[orientation]), "exif": exif}


def _wide(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)


def _on_nothing(picture: Image.Image) -> Image.Image:
    """Its dark lines in black, on a transparent ground."""
    alpha = Image.fromarray(255 - np.asarray(picture))
    return Image.merge("LA", (Image.new("L", picture.size, 0), alpha))


PICTURES = {
    "plain": lambda chart: {"picture": chart.convert("RGB")},
    "turned by 180°": lambda chart: _with_orientation(chart.convert("RGB"), 3),
    "turned by 90°": lambda chart: _with_orientation(chart.convert("RGB"), 6),
    "16-bit grey": lambda chart: {"picture": _wide(chart)},
    "16-bit grey, turned": lambda chart: _with_orientation(_wide(chart), 8),
    "transparent": lambda chart: {"picture": _on_nothing(chart)},
    "palette": lambda chart: {"picture": chart.convert("RGB").quantize(32)},
}


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """The base, with a finder."""
    if (BASE / FINDER_QUANTIZED).exists():
        return BASE
    copy = Path(shutil.copytree(BASE, tmp_path_factory.mktemp("models") / "chart-vit"))
    write_finder(copy / FINDER_QUANTIZED, read_classes(BASE), probability=0.9)
    return copy


@pytest.fixture
def desk(tmp_path, base, charts, monkeypatch) -> Path:
    """A directory with what the pages take for given: a model, a dataset, and soon a picture."""
    for name in ("models/chart-vit", "models/charts-default", "user/chart-vit", "chart-vit"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(base)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/charts").symlink_to(charts)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _save(desk: Path, picture: Image.Image, **options: Any) -> None:
    for name in NAMES:
        picture.save(desk / name, **options)


def _run(program: str) -> dict[str, Any]:
    """What the program has in the end; the value of its last ``pipeline`` call too."""
    tree = ast.parse(program)
    for i, node in enumerate(tree.body):
        if isinstance(node, ast.Expr) and ast.unparse(node).startswith("pipeline("):
            tree.body[i] = ast.Assign([ast.Name(LAST, ast.Store())], node.value)
    found: dict[str, Any] = {}
    exec(compile(ast.fix_missing_locations(tree), "page", "exec"), found)
    return found


def _check(found: dict[str, Any], desk: Path) -> None:
    picture = open_rgb(desk / NAMES[0])
    told = 0
    if "boxes" in found:
        patterns = load(desk / "chart-vit")(picture)["patterns"]
        np.testing.assert_allclose(found["boxes"], np.reshape([each["box"] for each in patterns], (-1, 4)), atol=0.06)
        names = found["found"] if "found" in found else found["labels"]
        assert [found["classes"][i] for i in names] == [each["label"] for each in patterns]
        told += 1
    if np.ndim(found.get("probabilities")) == 2:  # the classifier's; the finder's are a list
        answer = PatternModel(BASE / CLASSIFIER_QUANTIZED).answer(np.asarray(picture))  # of that file alone
        classes, chances = tuple(answer["probabilities"]), list(answer["probabilities"].values())
        np.testing.assert_allclose(found["probabilities"][0], chances, atol=1e-6)
        (label,) = found["labels"] if "labels" in found else found["label"]
        assert label == (classes.index(answer["label"]) if answer["clear"] else UNCLEAR)
        assert tuple(found["classes"]) == classes
        told += 1
    if "answer" in found:
        assert found["answer"] == load(desk / "chart-vit", cut=True)(picture)
        told += 1
    if LAST in found:
        checkpoint = TorchClassifier.load(BASE)
        chances = softmax(checkpoint.logits(checkpoint.preprocess(picture)[np.newaxis]))[0]
        expected = dict(zip(checkpoint.classes, chances.tolist(), strict=True))
        assert len(found[LAST]) == 5, "the five likeliest"
        for answer in found[LAST]:
            assert answer["score"] == pytest.approx(expected[answer["label"]], abs=1e-3)
        told += 1
    assert told, "the program answers nothing"


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("program", [*PROGRAMS, pytest.param(CARD, id="card")])
def test_a_program_says_what_predict_says(program, kind, desk, upright):
    _save(desk, **PICTURES[kind](upright))
    _check(_run(program), desk)


def test_the_pictures_matter(upright, desk):
    """Read as Pillow and nothing else reads them, they get other answers: the test above can fail."""
    model = PatternModel(BASE / CLASSIFIER_QUANTIZED)
    for kind in set(PICTURES) - {"plain", "palette"}:
        _save(desk, **PICTURES[kind](upright))
        careless = np.asarray(Image.open(desk / NAMES[0]).convert("RGB"))
        careful = np.asarray(open_rgb(desk / NAMES[0]))
        assert np.abs(model(careless[np.newaxis])[0] - model(careful[np.newaxis])[0]).max() > 0.01, kind


def _too_narrow(chart: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(chart).astype(np.uint16) * 16)


@pytest.mark.parametrize("program", [PROGRAMS[1].values[0], CARD], ids=["page", "card"])
def test_a_depth_that_predict_refuses_is_refused(program, desk, upright):
    for picture in (_too_narrow(upright), Image.fromarray(np.asarray(upright).astype(np.float32) / 255)):
        _save(desk, picture, format="PNG" if picture.mode == "I;16" else "TIFF")
        with pytest.raises(AssertionError, match="save it with 8 bits a channel"):
            _run(program)


def test_the_card_of_a_run_has_these_programs(own_run):
    write_card(own_run)
    programs = re.findall(r"^```python\n(.*?)^```", (own_run / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    assert "".join(programs).replace('"run', '"chart-vit') == CARD
    assert len(opening((own_run / "README.md").read_text())) == 1


def test_every_page_that_opens_a_picture_is_found():
    assert [each.id.split()[0] for each in PROGRAMS] == ["README.md", "deployment.md", "deployment.md", "hub.md"]
