"""The two people of a trial: in their groups, with passwords that the pool takes."""

import string
from dataclasses import dataclass
from typing import Any

import pytest

from commands.local.trial import users
from tests.commands.local.emulated import Emulated

pytestmark = pytest.mark.slow

STRICT = {
    "MinimumLength": 20,
    "RequireLowercase": True,
    "RequireUppercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
}


@dataclass(frozen=True, kw_only=True)
class Pools:
    """Stands for a deployment with these pools."""

    emulated: Emulated
    pools: tuple[str, ...]
    references: tuple[str, ...] = ()

    def client(self, service: str) -> Any:
        return self.emulated.client(service)

    def physical_ids(self, _type: str) -> list[str]:
        return list(self.pools)

    def containers(self) -> list[dict[str, Any]]:
        secrets = [{"name": users.ADMIN_PASSWORD, "valueFrom": each} for each in self.references]
        return [{"name": "prepare"}, {"name": "chat", "portMappings": [{}], "secrets": secrets}]


@pytest.fixture
def deployed(emulated: Emulated) -> Any:
    api = emulated.client("cognito-idp")
    pool = api.create_user_pool(
        PoolName="people", UsernameAttributes=["email"], Policies={"PasswordPolicy": STRICT}
    )["UserPool"]["Id"]
    for group in ("Admins", "Users"):
        api.create_group(UserPoolId=pool, GroupName=group)
    return Pools(emulated=emulated, pools=(pool,))


def signs_in(deployed: Pools, person: users.Person) -> bool:
    api, (pool,) = deployed.client("cognito-idp"), deployed.pools
    client = api.create_user_pool_client(
        UserPoolId=pool, ClientName="test", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    answer = api.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.email, "PASSWORD": person.password},
    )
    return "AuthenticationResult" in answer


def test_each_signs_in_and_is_in_one_group(deployed: Any) -> None:
    api, (pool,) = deployed.client("cognito-idp"), deployed.pools
    made = users.make(deployed)
    assert [person.group for person in made] == ["Admins", "Users"]
    for person in made:
        assert signs_in(deployed, person)
        groups = api.admin_list_groups_for_user(UserPoolId=pool, Username=person.email)["Groups"]
        assert [group["GroupName"] for group in groups] == [person.group]


def test_passwords_are_told_once(deployed: Any) -> None:
    users.make(deployed)
    assert [person.password for person in users.make(deployed)] == [None, None]


def test_new_passwords_are_others_that_work(deployed: Any) -> None:
    before = users.make(deployed)
    after = users.make(deployed, new_passwords=True)
    assert {person.password for person in before}.isdisjoint(person.password for person in after)
    assert all(signs_in(deployed, person) for person in after)


def test_deployment_without_a_pool_has_no_such_people(emulated: Emulated) -> None:
    assert users.make(Pools(emulated=emulated, pools=())) == []  # type: ignore[arg-type]


def test_administrator_of_a_deployment_with_its_own_passwords_has_the_one_in_its_secret(
    emulated: Emulated,
) -> None:
    api = emulated.client("secretsmanager")
    arn = api.create_secret(Name="chat/admin", SecretString='{"password": "of-the-secret"}')["ARN"]
    deployed: Any = Pools(emulated=emulated, pools=(), references=(f"{arn}:password::",))
    person = users.administrator(deployed, "admin@example.com")
    assert (person.email, person.password) == ("admin@example.com", "of-the-secret")


def test_password_has_what_the_policy_asks_for() -> None:
    for _ in range(50):
        chosen = users.password(STRICT)
        assert len(chosen) == 20
        assert chosen[0].isalpha()
        for letters in (string.ascii_lowercase, string.ascii_uppercase, string.digits, users.SYMBOLS):
            assert set(chosen) & set(letters)


def test_password_is_long_where_the_policy_asks_for_little() -> None:
    assert len(users.password({"MinimumLength": 6})) == users.LEAST_CHARACTERS
