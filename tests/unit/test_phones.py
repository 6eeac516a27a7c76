"""Phone numbers as buyers type them."""

import pytest

from clients.phones import Phone, is_same_number, read_phone


@pytest.mark.parametrize(
    "typed",
    [
        "512-555-0100 x42",
        "512-555-0100 ext. 42",
        "512-555-0100 extension 42",
        "512-555-0100#42",
        "512-555-0100;ext=42",
        "512-555-0100,,42#",
        "512-555-0100 int 42",
        "512-555-0100 доб. 42",
    ],
)
def test_an_extension_is_not_part_of_the_number(typed: str) -> None:
    phone = read_phone(typed)
    assert phone == Phone("512-555-0100", "42")
    assert phone.digits == "5125550100"


def test_an_extension_that_repeats_digits_of_the_number_is_cut_once() -> None:
    assert read_phone("+1 (512) 555-0142 x42") == Phone("+1 (512) 555-0142", "42")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("+1 (512) 555-0100", "+15125550100"),
        (" (+49) 30 123456 ", "+4930123456"),
        ("+49 (0)30 123456", "+4930123456"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+39 06 698 12345", "+390669812345"),
        ("030 1234567", "0301234567"),
        ("0171/1234567", "01711234567"),
        ("+371 20000001", "+37120000001"),
        ("５１２-５５５-０１００", "5125550100"),
    ],
)
def test_a_number_keeps_all_its_digits(typed: str, digits: str) -> None:
    phone = read_phone(typed)
    assert phone is not None
    assert phone.digits == digits
    assert phone.extension is None


@pytest.mark.parametrize("typed", ["512-555-0100/42", "0301 2345678/42", "+1 512 555 0100/42", "+1 512-555-0100-0042"])
def test_text_after_a_complete_number_is_not_dialled(typed: str) -> None:
    phone = read_phone(typed)
    assert phone is not None
    assert phone.digits is None


@pytest.mark.parametrize("typed", [None, "", "n/a", "512-555-0100 / 512-555-0199", "512-555-0100 or 512-555-0199"])
def test_a_text_with_no_phone_or_with_several_is_no_phone(typed: str | None) -> None:
    assert read_phone(typed) is None


@pytest.mark.parametrize("typed", ["512-555-0100 DW 42", "1-800-FLOWERS", "+33 1 23 45 67 89 poste 12"])
def test_text_with_other_words_is_not_dialled(typed: str) -> None:
    phone = read_phone(typed)
    assert phone is not None
    assert phone.digits is None


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("+15125550100", "+15125550100"),
        ("(512) 555-0100", "+15125550100"),
        ("1 512 555 0100", "+15125550100"),
        ("+1 512.555.0100 ext. 42", "+15125550100"),
        ("030 5550-1020", "+493055501020"),
        ("0049 30 55501020", "+493055501020"),
        ("+49 (0)30 55501020", "+493055501020"),
        ("06 698 55555", "+390669855555"),
        ("\uff0b\uff11 512 555 0100", "+15125550100"),
    ],
)
def test_differently_written_numbers_are_the_same(typed: str, known: str) -> None:
    assert is_same_number(typed, known)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("5550100", "+15125550100"),
        ("555-0100", "+15125550100"),
        ("512 555 010", "+15125550100"),
        ("512 555 01000", "+15125550100"),
        ("+44 512 555 0100", "+15125550100"),
        ("", "+15125550100"),
        ("*", "+15125550100"),
        ("512-555-01??", "+15125550100"),
        ("512 555 0100", "no phone"),
        ("512 555 0100", ""),
    ],
)
def test_a_part_of_a_number_is_not_the_same_number(typed: str, known: str) -> None:
    assert not is_same_number(typed, known)
