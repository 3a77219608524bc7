"""Defect: a pool that takes names in any case, as its template says, knows only the case in which a person was made."""

from typing import Any

from ministack.services import cognito


def install() -> None:
    native = cognito._resolve_user

    def resolve_user(pool: dict[str, Any], username: str | None) -> Any:
        return native(pool, username and _as_kept(pool, username))

    cognito._resolve_user = resolve_user


def _as_kept(pool: dict[str, Any], username: str) -> str:
    if (pool.get("UsernameConfiguration") or {}).get("CaseSensitive", True):
        return username
    names = {*(pool.get("UsernameAttributes") or []), *(pool.get("AliasAttributes") or [])}
    for name, user in pool["_users"].items():
        held = cognito._attr_list_to_dict(user.get("Attributes", []))
        for value in (name, *(held[each] for each in names if each in held)):
            if value.lower() == username.lower():
                return str(value)
    return username
