"""Which screenshots are for training, for calibration and for measuring."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.dataset import UNSEEN_SCREENSHOT
from cryptoai_common.errors import UserError
from trainer.data.screenshots import for_calibration, for_measuring, for_training, load_screenshots


@given(some.sampled_from([UNSEEN_SCREENSHOT, "screenshot", "other"]), some.integers(0, 10**6))
def test_each_has_one_use_and_of_those_held_back_the_even_tens_are_for_calibration(stage, index):
    row = {"stage": stage, "index": index}
    uses = (for_training(row), for_calibration(row), for_measuring(row))
    if stage != UNSEEN_SCREENSHOT:
        assert uses == (True, False, False)
    else:
        assert uses == (False, index // 10 % 2 == 0, index // 10 % 2 == 1)


def test_a_dataset_without_any_and_one_with_too_few_are_told_apart(charts, screenshots):
    with pytest.raises(UserError, match=r"has no screenshots: build it with .* --screenshots NUMBER"):
        load_screenshots(charts, for_training)
    with pytest.raises(UserError, match="has too few screenshots: build it with 40 or more"):
        load_screenshots(screenshots, lambda row: False)
