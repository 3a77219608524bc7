"""Runs checks side by side; whatever happens to one of them is a line of the list, never its end."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

from commands.account.reading import Account
from commands.account.unanswered import Unanswered
from commands.preflight.findings import Finding, failed, unchecked
from commands.preflight.needs import Needs

AT_ONCE = 24
"""Calls wait for AWS, not for this machine."""


@dataclass(frozen=True)
class Check:
    """One concern: yields nothing where the deployment does not touch it."""

    name: str
    look: Callable[[Account, Needs], Iterator[Finding]]


def findings(checks: Sequence[Check], account: Account, needs: Needs) -> list[Finding]:
    """What every check found, in the order of the checks."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(chain.from_iterable(pool.map(lambda check: one(check, account, needs), checks)))


def one(check: Check, account: Account, needs: Needs) -> list[Finding]:
    """What one check found, up to where AWS did not answer."""
    found: list[Finding] = []
    try:
        for each in check.look(account, needs):
            found.append(each)
    except Unanswered as error:
        found.append(unchecked(check.name, str(error), error.remedy, error.needs))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        said = f"this check has a defect and was not finished ({type(error).__name__}: {error})"
        remedy = "tell who maintains commands/preflight, and look at this point yourself"
        found.append(failed(check.name, said, remedy))
    return found
