"""ElastiCache: what ministack's serverless cache lacks without containers is a cache, with users who sign in to it."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import elasticache

from commands.local.emulator import valkey

LOG = logging.getLogger("elasticache")
EVERYBODY = "on ~* &* +@all"
"""What `default` may in a cache without a user group."""
CHANGES_OF_USERS = ("_modify_user", "_modify_user_group", "_modify_serverless_cache")

Request = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
Action = Callable[[Request], Answer]

_servers: dict[str, valkey.Server] = {}
_digests: dict[str, tuple[str, ...]] = {}


def install(state: Path) -> None:
    """Give each serverless cache a server below `state`, where this machine has one."""
    elasticache._create_user = partial(_keep_passwords, elasticache._create_user)
    elasticache._modify_user = partial(_keep_passwords, elasticache._modify_user)
    for name in CHANGES_OF_USERS:
        setattr(elasticache, name, partial(_change, getattr(elasticache, name)))
    elasticache._create_serverless_cache = partial(_create, elasticache._create_serverless_cache, state)
    elasticache._delete_serverless_cache = partial(_delete, elasticache._delete_serverless_cache)


def _keep_passwords(native: Action, request: Request) -> Answer:
    answer = native(request)
    user = elasticache._users.get(elasticache._p(request, "UserId"))
    given = passwords(request)
    if answer[0] == 200 and user and given:
        _digests[user["ARN"]] = tuple(valkey.digest(password) for password in given)
    return answer


def _change(native: Action, request: Request) -> Answer:
    answer = native(request)
    for cache in elasticache._serverless_caches.values():
        if server := _servers.get(cache["ARN"]):
            server.set_users(_users(cache))
    return answer


def _create(native: Action, state: Path, request: Request) -> Answer:
    answer = native(request)
    cache = elasticache._serverless_caches.get(elasticache._p(request, "ServerlessCacheName").lower())
    if answer[0] != 200 or cache is None:
        return answer
    name = cache["ServerlessCacheName"]
    if program := valkey.program():
        server = valkey.start(program, state / "caches" / f"{name}-{new_uuid()[:8]}", users=_users(cache))
        _servers[cache["ARN"]] = server
        endpoint = {"Address": "localhost", "Port": server.front.port}
    else:
        LOG.warning("%s is recorded, nothing behind it: there is no Valkey for this machine", name)
        endpoint = {
            "Address": f"{name}.serverless.{elasticache.get_region()}.cache.amazonaws.com",
            "Port": 6379,
        }
    cache.update(Endpoint=endpoint, ReaderEndpoint=endpoint)
    told = f"<ServerlessCache>{elasticache._serverless_cache_xml(cache)}</ServerlessCache>"
    return elasticache._xml(  # type: ignore[no-any-return]
        200,
        "CreateServerlessCacheResponse",
        f"<CreateServerlessCacheResult>{told}</CreateServerlessCacheResult>",
    )


def _delete(native: Action, request: Request) -> Answer:
    cache = elasticache._serverless_caches.get(elasticache._p(request, "ServerlessCacheName").lower())
    answer = native(request)
    if answer[0] == 200 and cache and (server := _servers.pop(cache["ARN"], None)):
        server.remove()
    return answer


def passwords(request: Request) -> list[str]:
    """The passwords that a request gives a user, in either of the API's two ways."""
    return [
        elasticache._p(request, name)
        for prefix in ("Passwords", "AuthenticationMode.Passwords")
        for index in (1, 2)  # ElastiCache allows no more
        if (name := f"{prefix}.member.{index}") in request
    ]


def _users(cache: dict[str, Any]) -> list[valkey.User]:
    group = elasticache._user_groups.get(cache.get("UserGroupId") or "")
    if group is None:
        return [valkey.User(name="default", rules=EVERYBODY)]
    members = [elasticache._users[user_id] for user_id in group["UserIds"] if user_id in elasticache._users]
    return [
        valkey.User(
            name=member["UserName"], rules=member["AccessString"], digests=_digests.get(member["ARN"], ())
        )
        for member in members
    ]
