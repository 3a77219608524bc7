"""Keys and secrets that the file names and somebody else made."""

import json
import re
from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check
from settings.text import account_of, region_of

KEY = re.compile(r"^arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key/[\w-]+$")
SECRET = re.compile(
    r"(arn:[\w-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-\w{6})(?::(?:SecretString:)?([^:}]*))?"
)
READ_SECRETS = "give READ_SECRETS=1 to compare them; values are read then, and neither printed nor kept"
GRANTS = {"kms:*", "kms:CreateGrant", "kms:GenerateDataKey", "kms:GenerateDataKey*", "kms:Encrypt", "*"}


def keys(account: Account, needs: Needs) -> Iterator[Finding]:
    """Each key is there, enabled, and its policy lets this account use it."""
    for arn in sorted(text for text in needs.texts if KEY.match(text)):
        name, region = f"key {arn.rpartition('/')[2]}", region_of(arn)
        answer = account.read("kms", "describe_key", region=region, missing=("NotFoundException",), KeyId=arn)
        if answer is None:
            yield failed(
                name, f"is not in {region}", "give the ARN that the other deployment's outputs print"
            )
            continue
        key = answer["KeyMetadata"]
        if key["KeyState"] != "Enabled":
            yield failed(name, f"is {key['KeyState']}", f"enable it, or cancel its deletion, in {region}")
        elif key.get("KeyUsage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
            yield failed(name, f"is for {key['KeyUsage']}", "give a symmetric key that encrypts")
        elif account_of(arn) != account.id:
            yield warning(
                name, f"is of account {account_of(arn)}", f"let its policy name account {account.id}"
            )
        else:
            policy = account.read("kms", "get_key_policy", region=region, KeyId=arn, PolicyName="default")
            yield _let_in(name, region, json.loads(policy["Policy"]))


def _let_in(name: str, region: str, policy: dict[str, Any]) -> Finding:
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    for statement in statements:
        actions = statement.get("Action", [])
        if statement["Effect"] == "Allow" and GRANTS & {
            *([actions] if isinstance(actions, str) else actions)
        }:
            return ok(name, f"is enabled in {region}, and its policy lets it be used")
    remedy = "add a statement that allows kms:GenerateDataKey* and kms:CreateGrant to the account"
    return failed(name, "its policy lets nobody encrypt with it", remedy)


def secrets(account: Account, needs: Needs) -> Iterator[Finding]:
    """Each secret is there with a value, and with the JSON keys that tasks read, where these may be looked at."""
    named: dict[str, set[str]] = {}
    for text in needs.texts:
        for arn, key in SECRET.findall(text):
            named.setdefault(arn, set()).update({key} - {""})
    for arn, wanted in sorted(named.items()):
        name, region = f"secret {arn.rpartition(':')[2]}", region_of(arn)
        missing = ("ResourceNotFoundException",)
        found = account.read(
            "secretsmanager", "describe_secret", region=region, missing=missing, SecretId=arn
        )
        if found is None:
            yield failed(name, f"is not in {region}", "correct the ARN, or make the secret")
        elif "DeletedDate" in found:
            yield failed(
                name, "waits for its deletion", f"aws secretsmanager restore-secret --secret-id {arn}"
            )
        elif not any("AWSCURRENT" in stages for stages in found.get("VersionIdsToStages", {}).values()):
            yield failed(name, "has no value", "aws secretsmanager put-secret-value")
        elif not wanted:
            yield ok(name, "has a value")
        elif needs.read_secrets:
            yield _with_keys(account, name, arn, wanted)
        else:
            listed = ", ".join(sorted(wanted))
            said = f"has a value; whether it has the keys {listed} was not looked at: {READ_SECRETS}"
            yield ok(name, said)


def _with_keys(account: Account, name: str, arn: str, wanted: set[str]) -> Finding:
    value = account.read("secretsmanager", "get_secret_value", region=region_of(arn), SecretId=arn)
    try:
        held = json.loads(value.get("SecretString", ""))
    except ValueError:
        held = None
    absent = sorted(wanted - held.keys()) if isinstance(held, dict) else sorted(wanted)
    if absent:
        return failed(
            name, f"lacks the keys {', '.join(absent)}", "put a JSON object with these keys into it"
        )
    return ok(name, f"has the keys {', '.join(sorted(wanted))}")


CHECKS = (Check("given keys", keys), Check("given secrets", secrets))
