"""Diagnostics are shown while a command runs, and only then."""

import logging

import pytest

from cryptoai_common.log import PACKAGES, diagnostics_shown


@pytest.mark.parametrize("package", PACKAGES)
def test_a_warning_of_each_package_is_one_line_on_standard_error(package, capsys):
    logger = logging.getLogger(f"{package}.module")
    with diagnostics_shown():
        logger.warning("left out: %s", "a run")
        logger.info("nobody asked for this")
    logger.warning("after the command")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "warning: left out: a run\n")


def test_other_libraries_are_not_shown(capsys):
    with diagnostics_shown():
        logging.getLogger("somebody.else").warning("advice")
    assert "advice" not in capsys.readouterr().err


def test_an_error_on_the_way_ends_it_too(capsys):
    with pytest.raises(ValueError), diagnostics_shown():
        raise ValueError
    logging.getLogger(PACKAGES[0]).warning("after the command")
    assert capsys.readouterr().err == ""
