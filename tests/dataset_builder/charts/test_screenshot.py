"""Whole screenshots: how they look, and which are held back from training."""

from dataset_builder.charts import screenshot
from dataset_builder.charts.screenshot import look_of_screenshot, settle_screenshot
from dataset_builder.charts.variety import HELD_OUT_STYLES, variety

KIND = variety("screenshots")


def test_one_in_ten_has_a_style_kept_from_training(monkeypatch):
    monkeypatch.setattr(screenshot, "find_places", lambda candles, drawn: ((), ()))  # slow, and not asked here
    drafts = [settle_screenshot(5, index, KIND) for index in range(21)]
    held_out = {style.name for style in HELD_OUT_STYLES}
    for draft in drafts:
        assert (draft.look.style.name in held_out) == (draft.index % 10 == 0)
        assert (draft.stage == "screenshot_unseen") == (draft.index % 10 == 0)
        assert look_of_screenshot(5, draft.index, KIND) == draft.look
