"""Quantities as Kubernetes writes them."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from settings.quantity import UNITS, ByteQuantity, bytes_of, millicores

REPEATABLE = settings(deadline=None, derandomize=True, database=None)
"""A busy machine fails no test, and each run has the same examples."""


@pytest.mark.parametrize(
    ("written", "count"),
    [("250m", 250), ("1", 1000), ("0.5", 500), ("1.25", 1250), ("1m", 1), ("1000m", 1000), ("64", 64_000)],
)
def test_cpu_is_counted_in_thousandths(written: str, count: int) -> None:
    assert millicores(written) == count


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("512Mi", 536_870_912),
        ("1Gi", 1_073_741_824),
        ("1.5Gi", 1_610_612_736),
        ("1G", 1_000_000_000),
        ("8k", 8000),
        ("1Ti", 1_099_511_627_776),
        ("100", 100),
    ],
)
def test_memory_and_storage_are_counted_in_bytes(written: str, count: int) -> None:
    assert bytes_of(written) == count


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("1GB", "'1GB' is not an amount of bytes in Kubernetes; write 1G or 1Gi"),
        ("512MB", "'512MB' is not an amount of bytes in Kubernetes; write 512M or 512Mi"),
        ("512mb", "'512mb' is not an amount of bytes in Kubernetes; write 512M or 512Mi"),
        ("64KB", "'64KB' is not an amount of bytes in Kubernetes; write 64k or 64Ki"),
        ("1gi", "'1gi' is not an amount of bytes in Kubernetes; write 1Gi"),
        ("1GiB", "'1GiB' is not an amount of bytes in Kubernetes; write 1Gi"),
        ("512m", "'512m' is not an amount of bytes in Kubernetes; m are thousandths of a byte, write 512Mi"),
        ("1K", "'1K' is not an amount of bytes in Kubernetes; write 1k or 1Ki"),
        ("10 Gi", "'10 Gi' is not an amount of bytes in Kubernetes; write 10Gi"),
        ("12 ", "'12 ' is not an amount of bytes in Kubernetes; write 12Mi or 12Gi"),
        ("5X", "'5X' is not an amount of bytes in Kubernetes; write one like 512Mi or 10Gi"),
        ("much", "'much' is not an amount of bytes; write one like 512Mi or 10Gi"),
        ("-1Gi", "'-1Gi' is not an amount of bytes; write one like 512Mi or 10Gi"),
        ("٣Gi", "'٣Gi' is not an amount of bytes; write one like 512Mi or 10Gi"),
        ("0", "'0' is out of range; use more than 0, at most 64Ti"),
        ("65Ti", "'65Ti' is out of range; use more than 0, at most 64Ti"),
        ("0.1Gi", "'0.1Gi' is no whole number of bytes; write 102Mi"),
        ("0.1Ki", "'0.1Ki' is no whole number of bytes; write 1Ki"),
        ("1.0000001M", "'1.0000001M' is no whole number of bytes; write 1000k"),
        ("1.5", "'1.5' is no whole number of bytes; write 1.5Mi or 1.5Gi"),
    ],
)
def test_another_amount_of_bytes_is_refused_with_what_was_meant(written: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(remedy)}$"):
        bytes_of(written)


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("1024", "'1024' has no unit; write 1024Mi or 1024Gi"),
        (1024, "'1024' has no unit; write 1024Mi or 1024Gi"),
        (16, "'16' has no unit; write 16Mi or 16Gi"),
        (1.5, "'1.5' is no whole number of bytes; write 1.5Mi or 1.5Gi"),
        (1073741824, "'1073741824' has no unit; write one like 512Mi or 10Gi"),
        (-5, "'-5' is not an amount of bytes; write one like 512Mi or 10Gi"),
    ],
)
def test_a_file_gives_no_amount_of_bytes_without_unit(written: str | float, remedy: str) -> None:
    with pytest.raises(ValidationError, match=f"{re.escape(remedy)} "):
        TypeAdapter(ByteQuantity).validate_python(written)


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("250M", "'250M' is not an amount of CPU; write thousandths such as 250m, or cores such as 1"),
        ("1 m", "'1 m' is not an amount of CPU; write thousandths such as 250m, or cores such as 1"),
        ("1.0005", "'1.0005' is finer than a thousandth of a CPU; write 1000m"),
        ("0", "'0' is no CPU that a pod could have; use 1m to 1000"),
    ],
)
def test_another_amount_of_cpu_is_refused_with_what_was_meant(written: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(remedy)}$"):
        millicores(written)


@REPEATABLE
@given(number=st.integers(1, 999), unit=st.sampled_from(sorted(UNITS)))
def test_every_unit_counts_exactly(number: int, unit: str) -> None:
    if number * UNITS[unit] <= 64 * UNITS["Ti"]:
        assert bytes_of(f"{number}{unit}") == number * UNITS[unit]


@REPEATABLE
@given(text=st.text(alphabet="0123456789.miMKGTBk eE+-", max_size=8))
def test_whatever_is_written_is_counted_or_refused_with_a_remedy(text: str) -> None:
    for count in (bytes_of, millicores):
        assert said(count, text) is None or re.search("; (write|use|m are) ", str(said(count, text)))


def said(count: Callable[[str], int], text: str) -> str | None:
    """The refusal of a text, None where it is a positive amount."""
    try:
        return None if count(text) > 0 else "no amount"
    except ValueError as error:
        return str(error)
