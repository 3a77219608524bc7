"""Defect: a password that Cognito makes for an invited person has 12 characters, whatever the pool's policy asks for.

In a pool that asks for more nobody can be invited: `AdminCreateUser` without a password fails on its own one.
"""

import secrets
from typing import Any

from ministack.services import cognito

ONE_OF_EACH = "Aa1!"
SHORTEST = 12
Request = dict[str, Any]


def install() -> None:
    native = cognito._admin_create_user

    def admin_create_user(request: Request) -> Any:
        return native(
            {**request, "TemporaryPassword": request.get("TemporaryPassword") or _password(request)}
        )

    cognito._admin_create_user = admin_create_user


def _password(request: Request) -> str:
    pool = cognito._user_pools.get(request.get("UserPoolId")) or {}
    policy = pool.get("Policies", {}).get("PasswordPolicy", {})
    length = max(SHORTEST, int(policy.get("MinimumLength", SHORTEST)))
    return (ONE_OF_EACH + secrets.token_urlsafe(length))[:length]
