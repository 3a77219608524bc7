"""Two people who may sign in: one in Admins, one in Users, with passwords that are told once."""

import json
import secrets
import string
from dataclasses import dataclass
from typing import Any

from commands.local.trial.deployed import POOL, Deployed

PEOPLE = {"demo-admin@example.com": "Admins", "demo-user@example.com": "Users"}
"""Address → group. RFC 2606 keeps example.com free, so no mail reaches anybody."""
ADMIN_PASSWORD = "WEBUI_ADMIN_PASSWORD"  # noqa: S105 - a variable's name
LEAST_CHARACTERS = 16
SYMBOLS = "-_.!"
"""Of those that Cognito counts as symbols: easy to type, and nothing that a shell or a page takes for its own."""
CLASSES = {
    "RequireLowercase": string.ascii_lowercase,
    "RequireUppercase": string.ascii_uppercase,
    "RequireNumbers": string.digits,
    "RequireSymbols": SYMBOLS,
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who may sign in. `password`: None where it was told before."""

    email: str
    group: str
    password: str | None


def make(deployed: Deployed, *, new_passwords: bool = False) -> list[Person]:
    """The people of the deployed pool, made where they are missing; none where there is no pool."""
    pools = deployed.physical_ids(POOL)
    api = deployed.client("cognito-idp")
    return [
        _person(api, pool, email, group, new_passwords=new_passwords)
        for pool in pools
        for email, group in PEOPLE.items()
    ]


def administrator(deployed: Deployed, email: str) -> Person:
    """Whom a deployment with passwords of its own lets in; its password stands in the secret that it made."""
    container = next(each for each in deployed.containers() if each.get("portMappings"))
    reference = next(each["valueFrom"] for each in container["secrets"] if each["name"] == ADMIN_PASSWORD)
    *arn, key = reference.split(":")[:8]  # arn:aws:secretsmanager:region:account:secret:name:key
    value = deployed.client("secretsmanager").get_secret_value(SecretId=":".join(arn))["SecretString"]
    return Person(email=email, group="administrator", password=json.loads(value)[key])


def demands_second_factor(deployed: Deployed) -> bool:
    """Whether a password alone does not let a person in."""
    api = deployed.client("cognito-idp")
    return any(
        api.describe_user_pool(UserPoolId=pool)["UserPool"].get("MfaConfiguration") == "ON"
        for pool in deployed.physical_ids(POOL)
    )


def password(policy: dict[str, Any]) -> str:
    """A random one that the pool's policy takes; it begins with a letter, so that it is easily copied."""
    length = max(LEAST_CHARACTERS, policy.get("MinimumLength", 0))
    needed = [secrets.choice(letters) for rule, letters in CLASSES.items() if policy.get(rule)]
    alphabet = string.ascii_letters + string.digits
    characters = needed + [secrets.choice(alphabet) for _ in range(length - len(needed) - 1)]
    secrets.SystemRandom().shuffle(characters)
    return secrets.choice(string.ascii_letters) + "".join(characters)


def _person(api: Any, pool: str, email: str, group: str, *, new_passwords: bool) -> Person:
    known = _is_known(api, pool, email)
    if not known:
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        api.admin_create_user(
            UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
        )
        api.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    if known and not new_passwords:
        return Person(email=email, group=group, password=None)
    policy = api.describe_user_pool(UserPoolId=pool)["UserPool"]["Policies"]["PasswordPolicy"]
    chosen = password(policy)
    api.admin_set_user_password(UserPoolId=pool, Username=email, Password=chosen, Permanent=True)
    return Person(email=email, group=group, password=chosen)


def _is_known(api: Any, pool: str, email: str) -> bool:
    try:
        api.admin_get_user(UserPoolId=pool, Username=email)
    except api.exceptions.UserNotFoundException:
        return False
    return True
