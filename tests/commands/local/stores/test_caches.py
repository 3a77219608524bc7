"""A serverless cache's Valkey as its clients meet it: cluster mode, users, loss and recovery."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
import valkey

from tests.commands.local.emulated import Emulated, Template

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stores")]
USER, PASSWORD, NEXT_PASSWORD = "application", "p" * 20, "n" * 20
REFUSED = (valkey.AuthenticationError, valkey.exceptions.ValkeyClusterException)


def _template(*, password: str = PASSWORD, members: list[str] | None = None) -> Template:
    """The cache as constructs/data/cache.py makes it."""
    users = {
        name: {
            "Type": "AWS::ElastiCache::User",
            "Properties": {
                "Engine": "valkey",
                "UserId": f"id-{name.lower()}",
                "UserName": user_name,
                "AccessString": access,
                "AuthenticationMode": {"Type": "password", "Passwords": [password]},
            },
        }
        for name, user_name, access in (
            ("User", USER, "on ~* &* +@all -@admin"),
            ("Default", "default", "off ~* -@all"),
        )
    }
    group = {
        "Engine": "valkey",
        "UserGroupId": "group",
        "UserIds": [{"Ref": name} for name in members or ["User", "Default"]],
    }
    cache = {
        "Engine": "valkey",
        "MajorEngineVersion": "8",
        "ServerlessCacheName": "cache",
        "UserGroupId": {"Ref": "Group"},
        "CacheUsageLimits": {"DataStorage": {"Unit": "GB", "Maximum": "1"}},
    }
    return {
        "Resources": {
            **users,
            "Group": {"Type": "AWS::ElastiCache::UserGroup", "Properties": group},
            "Cache": {"Type": "AWS::ElastiCache::ServerlessCache", "Properties": cache},
        },
        "Outputs": {
            "Address": {"Value": {"Fn::Sub": "${Cache.Endpoint.Address}:${Cache.Endpoint.Port}"}},
        },
    }


@dataclass(frozen=True, kw_only=True)
class Cache:
    """The cache under test."""

    emulated: Emulated
    address: str

    def url(self, *, scheme: str = "redis", password: str = PASSWORD) -> str:
        trust = f"?ssl_ca_certs={self.emulated.place.authority}" if scheme == "rediss" else ""
        return f"{scheme}://{USER}:{password}@{self.address}/0{trust}"

    def cluster(self, *, scheme: str = "redis") -> Any:
        """A client in cluster mode, as Open WebUI uses it."""
        return valkey.ValkeyCluster.from_url(self.url(scheme=scheme))  # type: ignore[no-untyped-call]

    def processes(self) -> list[psutil.Process]:
        children = psutil.Process(self.emulated.server.pid).children()
        return [child for child in children if child.name() == "valkey-server"]


@pytest.fixture(scope="module")
def cache(emulated: Emulated) -> Iterator[Cache]:
    assert emulated.deploy("caches", _template()) == "CREATE_COMPLETE", emulated.failures("caches")
    cache = Cache(emulated=emulated, address=emulated.outputs("caches")["Address"])
    _patiently(lambda: valkey.Valkey.from_url(cache.url()).set("first", "1"))
    yield cache
    emulated.delete("caches")
    assert not cache.processes()
    assert not [*emulated.place.state.glob("caches/*")]


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_a_client_in_cluster_mode_finds_its_node(cache: Cache, scheme: str) -> None:
    with cache.cluster(scheme=scheme) as client:
        client.set(scheme, "kept")
        assert client.get(scheme) == b"kept"
        (node,) = client.get_nodes()
        assert cache.address.endswith(f":{node.port}")


def test_a_client_hears_what_is_published(cache: Cache) -> None:
    with valkey.Valkey.from_url(cache.url()) as client, client.pubsub() as listening:
        listening.subscribe("news")
        listening.get_message(timeout=2)
        client.publish("news", "one")
        told = listening.get_message(timeout=2)
    assert told
    assert told["data"] == b"one"


def test_another_authority_is_refused(cache: Cache) -> None:
    with pytest.raises(valkey.ConnectionError, match="certificate verify failed"):
        valkey.Valkey.from_url(cache.url(scheme="rediss").partition("?")[0]).ping()


@pytest.mark.parametrize("address", ["redis://{}", "redis://application:wrong@{}", "redis://:{}@{}"])
def test_nobody_else_comes_in(cache: Cache, address: str) -> None:
    with pytest.raises(REFUSED):
        valkey.Valkey.from_url(address.replace(":{}@", f":{PASSWORD}@").format(cache.address)).ping()


def test_administration_is_the_services(cache: Cache) -> None:
    with pytest.raises(valkey.exceptions.NoPermissionError):
        valkey.Valkey.from_url(cache.url()).config_get("*")


def test_describe_names_the_endpoint(cache: Cache) -> None:
    found = cache.emulated.client("elasticache").describe_serverless_caches(ServerlessCacheName="cache")
    endpoint = found["ServerlessCaches"][0]["Endpoint"]
    assert f"{endpoint['Address']}:{endpoint['Port']}" == cache.address


def test_a_changed_password_counts_at_once_and_for_new_connections_alone(cache: Cache) -> None:
    api = cache.emulated.client("elasticache")
    before = valkey.Valkey.from_url(cache.url())
    before.ping()
    api.modify_user(UserId="id-user", Passwords=[NEXT_PASSWORD])
    assert before.ping()
    with pytest.raises(REFUSED):
        valkey.Valkey.from_url(cache.url()).ping()
    assert valkey.Valkey.from_url(cache.url(password=NEXT_PASSWORD)).ping()
    api.modify_user(UserId="id-user", AuthenticationMode={"Type": "password", "Passwords": [PASSWORD]})
    assert valkey.Valkey.from_url(cache.url()).ping()


def test_a_deployment_changes_password_and_members(cache: Cache) -> None:
    assert cache.emulated.deploy("caches", _template(password=NEXT_PASSWORD)) == "UPDATE_COMPLETE"
    assert valkey.Valkey.from_url(cache.url(password=NEXT_PASSWORD)).ping()
    assert cache.emulated.deploy("caches", _template(members=["Default"])) == "UPDATE_COMPLETE"
    with pytest.raises(REFUSED):
        valkey.Valkey.from_url(cache.url()).ping()
    assert cache.emulated.deploy("caches", _template()) == "UPDATE_COMPLETE"
    assert valkey.Valkey.from_url(cache.url()).ping()


def test_a_killed_cache_comes_back_with_keys_and_users(cache: Cache) -> None:
    valkey.Valkey.from_url(cache.url()).set("before", "kept")
    (server,) = cache.processes()
    server.kill()
    server.wait(5)
    assert _patiently(lambda: cache.cluster().get("before")) == b"kept"


def test_without_a_group_anybody_comes_in(emulated: Emulated) -> None:
    api = emulated.client("elasticache")
    endpoint = api.create_serverless_cache(ServerlessCacheName="open", Engine="valkey")["ServerlessCache"][
        "Endpoint"
    ]
    assert valkey.Valkey(host=endpoint["Address"], port=endpoint["Port"]).ping()
    api.delete_serverless_cache(ServerlessCacheName="open")
    with pytest.raises(valkey.ConnectionError):
        valkey.Valkey(host=endpoint["Address"], port=endpoint["Port"]).ping()


def _patiently(act: Callable[[], Any]) -> Any:
    """A cluster that has just started is down for a second or two."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return act()
        except (valkey.ValkeyError, valkey.exceptions.ValkeyClusterException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
