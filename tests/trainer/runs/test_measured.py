import json

import pytest

from cryptoai_common.errors import UserError
from trainer.runs.measured import FILE_NAME, read_measured, section

TOLD = {
    "version": "1.2.3",
    "date": "2026-01-02",
    "rows": [{"what": "crops (720)", "figures": "right 61.0 (57.4–64.5)"}],
}


def test_a_run_without_the_file_has_no_section(tmp_path):
    assert read_measured(tmp_path) is None and section(tmp_path) == ""


def test_the_rows_are_shown(tmp_path):
    (tmp_path / FILE_NAME).write_text(json.dumps(TOLD))
    assert read_measured(tmp_path) == TOLD
    text = section(tmp_path)
    assert "By version 1.2.3, 2026-01-02" in text and text.endswith("| crops (720) | right 61.0 (57.4–64.5) |")


@pytest.mark.parametrize("text", ["", "[]", '{"version": "1"}', json.dumps(TOLD | {"rows": [{"what": "x"}]})])
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(UserError, match=r"measured.json is damaged .* measure again"):
        section(tmp_path)
