"""Ctrl-C, a supervisor's SIGTERM and a closed terminal end a command once, and not in the wrong moment."""

import signal
from collections.abc import Iterator

import pytest

from commands.local import interruption


@pytest.fixture
def listening() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in interruption.SIGNALS}
    interruption.listen()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("first", interruption.SIGNALS, ids=lambda number: number.name)
def test_first_signal_interrupts_and_the_next_are_not_heard(first: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(first)
    for number in interruption.SIGNALS:
        signal.raise_signal(number)


@pytest.mark.usefixtures("listening")
def test_signal_in_a_held_block_interrupts_at_its_end() -> None:
    noted: list[str] = []

    def start() -> None:
        with interruption.held_back():
            signal.raise_signal(signal.SIGTERM)
            noted.append("what was started")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert noted == ["what was started"]


@pytest.mark.usefixtures("listening")
def test_block_without_a_signal_ends_as_it_does() -> None:
    with interruption.held_back():
        pass
    with pytest.raises(ZeroDivisionError), interruption.held_back():
        _ = 1 / 0
