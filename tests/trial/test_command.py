"""What `make try` says at its end."""

import re
from collections.abc import Callable

import pytest

from tests.trial.trial import Trial

pytestmark = [pytest.mark.trial, pytest.mark.lifecycle, pytest.mark.xdist_group("trial")]
SECONDS = 120
"""Twice what two idle cores may take."""


def test_it_ends_with_the_address_the_people_and_what_is_real(
    trial: Trial, record_property: Callable[[str, object], None]
) -> None:
    *_, origin, ready = trial.said.strip().splitlines()
    assert origin == trial.origin
    assert "Real: Open WebUI" in trial.said
    assert "Emulated: AWS's services" in trial.said
    assert len(trial.printed_people()) == 2
    found = re.match(r"ready in (\d+) s", ready)
    assert found is not None, ready
    record_property("figure", f"make try, two tasks, packages installed: {found[0]}")
    assert int(found[1]) <= SECONDS
