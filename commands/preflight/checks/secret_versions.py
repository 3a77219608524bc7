"""Versions of secrets that the template reads by their id, such as an identity provider's client secret."""

import re
from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok
from commands.preflight.needs import Needs
from commands.preflight.run import Check

READ = "{{resolve:secretsmanager:"
VERSION = re.compile(r"^:SecretString:([^:]*)::([\w-]{32,64})\}\}$")


def versions(account: Account, needs: Needs) -> Iterator[Finding]:
    """A secret that this deployment makes holds the version that another part of it reads."""
    for address, key, version in sorted(set(_read(needs.template["Resources"]))):
        name = f"value of {key} in {address}"
        secret = needs.deployed.physical_id(address)
        if secret is None:
            remedy = "deploy once without the version, fill the secret, then give the version"
            yield failed(
                name, f"version {version} is read, and this very deployment makes the secret", remedy
            )
            continue
        there = account.each(
            "secretsmanager", "list_secret_version_ids", "Versions", SecretId=secret, IncludeDeprecated=True
        )
        if any(each["VersionId"] == version for each in there):
            yield ok(name, f"version {version} is there")
        else:
            yield failed(
                name, f"version {version} is not there", "give the version id that put-secret-value printed"
            )


def _read(value: Any) -> Iterator[tuple[str, str, str]]:
    """Address of the secret, key and version id of every such reference."""
    match value:
        case {"Fn::Join": ["", [str(start), {"Ref": str(address)}, str(rest)]]} if start.endswith(READ):
            if found := VERSION.match(rest):
                yield address, found.group(1), found.group(2)
        case dict():
            for each in value.values():
                yield from _read(each)
        case list():
            for each in value:
                yield from _read(each)


CHECKS = (Check("versions of secrets", versions),)
