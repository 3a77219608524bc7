"""Defect: a token that comes from a refresh token knows no groups; the trigger then gives its owner none of ours."""

from typing import Any

from ministack.services import cognito

SIGNED = ("access", "id")  # a refresh token is for Cognito alone


def install() -> None:
    native = cognito._fake_token

    def token(sub: str, pool_id: str, client_id: str, *rest: Any, **more: Any) -> str:
        kind, *others = rest
        username = others[0] if others else more.get("username", "")
        if kind in SIGNED and "groups" not in more:
            pool = cognito._get_pool_unscoped(pool_id) or {}
            more["groups"] = pool.get("_users", {}).get(username, {}).get("_groups", [])
        text: str = native(sub, pool_id, client_id, *rest, **more)
        return text

    cognito._fake_token = token
