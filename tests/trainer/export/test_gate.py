"""How far an exported file may be from its checkpoint: the limits that the documentation promises."""

import pytest

from trainer.export.gate import allowed_loss, fp32_fault, quantized_fault


@pytest.mark.parametrize(("kind", "limit"), [("logit", 0.001), ("probability", 0.01)])
@pytest.mark.parametrize(
    ("share", "passes"), [(0, True), (0.5, True), (1, True), (1.01, False), (2, False), (40, False)]
)
def test_an_fp32_file_may_differ_by_rounding_only(kind, limit, share, passes):
    """A file for pixels gives logits, the deployable one only probabilities: each has its limit."""
    measured = {"class_flips": 0, "largest_probability_difference": share * limit}
    if kind == "logit":
        measured = {"class_flips": 0, "largest_probability_difference": 1.0, "largest_logit_difference": share * limit}
    fault = fp32_fault(measured)
    assert (fault is None) == passes
    if fault:
        assert f"the largest {kind} difference" in fault and f"({limit:g} allowed)" in fault


@pytest.mark.parametrize("kind", ["logit", "probability"])
@pytest.mark.parametrize("flips", [1, 7])
def test_no_class_may_change_however_small_the_difference(kind, flips):
    assert f"{flips} get another class" in fp32_fault({"class_flips": flips, f"largest_{kind}_difference": 0.0})


@pytest.mark.parametrize("charts", [1, 10, 99, 100, 101, 1000, 10_000])
def test_int8_may_lose_a_point_or_one_chart_and_no_more(charts):
    most = max(charts // 100, 1)  # charts that may be lost
    assert most / charts <= allowed_loss(charts) < (most + 1) / charts
    for lost in {0, 1, most, most + 1, 2 * most + 1}:
        measured = {"charts": charts, "checkpoint_accuracy": 1.0, "accuracy": 1 - lost / charts}
        assert (quantized_fault(measured) is None) == (lost <= most), lost


def test_int8_may_gain():
    assert quantized_fault({"charts": 100, "checkpoint_accuracy": 0.5, "accuracy": 1.0}) is None
