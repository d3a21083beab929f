"""CHANNELS.md 16: the table of error codes."""

import pytest

from bot.errors import SendLater, SendRefused
from channels.twilio.codes import ROWS, Remedy, fault_of, needs_operator, remedy_of, suppresses


def test_line_16_no_code_has_two_meanings() -> None:
    codes = [code for _, codes in ROWS for code in codes]
    assert len(codes) == len(set(codes))
    assert {remedy for remedy, _ in ROWS} == set(Remedy) - {Remedy.UNKNOWN}


@pytest.mark.parametrize("code", ["21610", "63014"])
def test_line_16_an_opt_out_suppresses_the_address_and_no_other_channel_is_tried(code: str) -> None:
    fault = fault_of("", code)
    assert isinstance(fault, SendRefused)
    assert (fault.suppresses, fault.other_channel) == (True, False)


@pytest.mark.parametrize("code", ["21211", "21614", "30005", "30006", "21265"])
def test_line_16_a_bad_address_is_suppressed_and_another_channel_may_be_tried(code: str) -> None:
    fault = fault_of("", code)
    assert isinstance(fault, SendRefused)
    assert (fault.suppresses, fault.other_channel) == (True, True)


@pytest.mark.parametrize("code", ["63016", "63024", "63032", "63049"])
def test_line_16_another_channel_is_tried_and_never_the_same_again(code: str) -> None:
    fault = fault_of("", code)
    assert isinstance(fault, SendRefused)
    assert (fault.suppresses, fault.other_channel) == (False, True)


@pytest.mark.parametrize("code", ["30001", "30003", "63018", "20429", "21611"])
def test_line_16_a_passing_fault_is_sent_again_later(code: str) -> None:
    assert isinstance(fault_of("", code), SendLater)
    assert not needs_operator(code)


@pytest.mark.parametrize("code", ["30007", "30034", "63028"])
def test_line_16_what_only_the_operator_can_mend_is_told_the_operator(code: str) -> None:
    assert needs_operator(code)
    assert isinstance(fault_of("", code), SendRefused)


def test_a_closed_account_loses_no_message() -> None:
    assert isinstance(fault_of("", "20003"), SendLater)
    assert needs_operator("20003")


def test_an_unknown_code_is_final_here_and_says_nothing_about_the_address() -> None:
    fault = fault_of("", "99999")
    assert remedy_of("99999") is Remedy.UNKNOWN
    assert isinstance(fault, SendRefused)
    assert (fault.suppresses, fault.other_channel) == (False, True)


def test_a_delivery_report_ends_an_address_by_the_same_table() -> None:
    assert [code for _, codes in ROWS for code in codes if suppresses(code)] == [
        *("21610", "63014"),
        *("21211", "21265", "21614", "30005", "30006"),
    ]
