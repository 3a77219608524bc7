"""How long ECS waits before it starts again what does not come up."""

import pytest

from commands.local.emulator.tasks.pauses import LONGEST_PAUSE, Pauses


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (2, 0), (3, 1), (5, 4), (9, LONGEST_PAUSE), (5000, LONGEST_PAUSE)]
)
def test_each_failure_in_a_row_doubles_the_pause(failures: int, seconds: float) -> None:
    pauses = Pauses()
    for _ in range(failures):
        pauses.failed("one")
    assert seconds - 1 < pauses.left("one") <= seconds
    assert pauses.left("another") == 0


def test_a_task_that_comes_up_ends_the_pause() -> None:
    pauses = Pauses()
    for _ in range(5):
        pauses.failed("one")
    pauses.came_up("one")
    pauses.failed("one")
    assert pauses.left("one") == 0
