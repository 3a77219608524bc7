"""What stands in the way of a deletion, by the template: one list for the hand-off and for `make destroy-check`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.assembly import NESTED
from commands.flattened import Template
from commands.stateful import is_protected, retained

TERMINATION, DELETION = "termination protection", "deletion protection"
VAULT = "AWS::Backup::BackupVault"


@dataclass(frozen=True, kw_only=True)
class Protection:
    """`address` is empty for the stack itself; `what` it is, in words; `days` after which a vault's lock is final."""

    address: str
    kind: str
    what: str
    days: int | None = None


def protections(template: Template, *, termination: bool) -> Iterator[Protection]:
    """What a stack's deletion stops at until it is switched off.

    What the template retains stops nothing, so its protection may stay as well.

    Args:
        template: The deployment, see `commands.flattened`.
        termination: Whether the stack has termination protection.
    """
    if termination:
        yield Protection(address="", kind=NESTED, what=TERMINATION)
    stays = {each.address for each in retained(template) if each.policy != "Snapshot"}
    for address, resource in template["Resources"].items():
        if address not in stays:
            yield from of_resource(address, resource)


def of_resource(address: str, resource: Template) -> Iterator[Protection]:
    """What refuses the deletion of one resource, whoever asks for it."""
    if is_protected(resource):
        yield Protection(address=address, kind=resource["Type"], what=DELETION)
    lock = resource.get("Properties", {}).get("LockConfiguration") if resource["Type"] == VAULT else None
    if lock:
        yield Protection(address=address, kind=VAULT, what=_lock(lock), days=lock.get("ChangeableForDays"))


def denies_deletion(resource: dict[str, Any]) -> bool:
    """Whether a vault's policy lets nobody delete what is in it."""
    listed = resource.get("Properties", {}).get("AccessPolicy", {}).get("Statement", [])
    return resource["Type"] == VAULT and any(
        each["Effect"] == "Deny" and "backup:DeleteRecoveryPoint" in each["Action"] for each in listed
    )


def _lock(lock: dict[str, Any]) -> str:
    stay, final = lock.get("MinRetentionDays"), lock.get("ChangeableForDays")
    words = f"vault lock: recovery points stay {stay} days" if stay else "vault lock"
    return f"{words}; final {final} days after it was made" if final else words
