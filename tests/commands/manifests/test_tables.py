"""Tables of the documentation say the same as commands do."""

from commands.manifests.tables import capacity
from settings.capacity.table import HEADS
from tests.k8s.aegisai.deployments import example


def test_the_moments_of_the_capacity_have_the_heads_of_the_command() -> None:
    head, _, row = capacity({"aegisai-dev": example("aegisai-dev")}).splitlines()[:3]
    assert [each.strip() for each in head.split("|")[2:-1]] == [*HEADS]
    assert row.count("|") == head.count("|")
