"""Every policy test runs on every deployment's manifests."""

from functools import cache

import pytest

from tests.manifests.cases import CASES, Case


@cache
def _made(name: str) -> Case:
    return CASES[name]()


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    """One deployment."""
    return _made(request.param)
