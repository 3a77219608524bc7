"""Quantities stand as the API server keeps them."""

import pytest

from k8s.quantity import canonical
from settings.quantity import bytes_of, millicores


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("250m", "250m"),
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1.25", "1250m"),
        ("2", "2"),
    ],
)
def test_cpu_has_the_largest_unit_of_which_it_is_a_whole_number(given: str, kept: str) -> None:
    assert canonical(given) == kept
    assert millicores(kept) == millicores(given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("512Mi", "512Mi"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"),
        ("1000M", "1G"),
        ("8G", "8G"),
        ("2000", "2k"),
    ],
)
def test_memory_stays_in_units_of_its_kind(given: str, kept: str) -> None:
    assert canonical(given) == kept
    assert bytes_of(kept) == bytes_of(given)
