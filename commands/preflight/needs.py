"""What a deployment asks of an account: its template and settings, read for one account and region."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from commands.account.deployed import Deployed
from commands.account.unanswered import Unanswered
from commands.flattened import Template
from commands.preflight.values import Values
from settings.deployment import AwsDeployment

HOST = re.compile(r"^https://([^/:]+)")
OF_AWS = (".amazonaws.com", ".amazon.com", ".cloudfront.net", ".amazonaws.com.cn")


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """What the CDK CLI asks of the account: the version, and the SSM parameter that tells it."""

    version: int
    parameter: str


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A deployment as one template (`commands.flattened`).

    Args:
        template: All that it makes.
        values: What the template's values come to.
        deployed: What of it exists.
    """

    template: Template
    values: Values
    deployed: Deployed

    def of(self, *kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Address and properties of every resource of these types."""
        for address, resource in self.template["Resources"].items():
            if resource["Type"] in kinds:
                yield address, resource.get("Properties", {})

    def new(self, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
        """Those of them that are still to be made."""
        return [(address, each) for address, each in self.of(*kinds) if not self.exists(address)]

    def exists(self, address: str) -> bool:
        """Whether this very stack has made it."""
        return address in self.deployed.resources

    def own(self, *kinds: str) -> set[str]:
        """What AWS calls those that this stack has made."""
        return {each.physical_id for each in self.deployed.resources.values() if each.kind in kinds}

    def text(self, value: Any) -> str | None:
        """What a value comes to; nothing where only deployment tells."""
        return self.values.text(value)


@dataclass(frozen=True, kw_only=True)
class Needs(Planned):
    """What a deployment asks of one account.

    Args:
        template, values, deployed: See `Planned`.
        name: Of the deployment.
        settings: Its file.
        bootstrap: What the CDK CLI asks of the account.
        unread: Why it is not known what exists; nothing where it is.
        read_secrets: Whether values of given secrets may be read, to compare the names of their keys.
        bundle: Whether it goes without the CDK, so that no bootstrap is needed.
    """

    name: str
    settings: AwsDeployment
    bootstrap: Bootstrap
    unread: Unanswered | None = None
    read_secrets: bool = False
    bundle: bool = False

    @property
    def region(self) -> str:
        """Where it goes."""
        return self.values.pseudo["AWS::Region"]

    @property
    def account(self) -> str:
        """The account's number."""
        return self.values.pseudo["AWS::AccountId"]

    @cached_property
    def texts(self) -> frozenset[str]:
        """Every text of the template that is known before deployment."""
        found: set[str] = set()

        def below(value: Any) -> None:
            text = self.text(value)
            if text is not None:
                found.add(text)
            elif isinstance(value, dict):
                for each in value.values():
                    below(each)
            elif isinstance(value, list):
                for each in value:
                    below(each)

        for resource in self.template["Resources"].values():
            below(resource.get("Properties", {}))
        return frozenset(found)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Names that browsers open and that the deployment does not get from AWS."""
        records = (
            self.text(each.get("Name"))
            for _, each in self.of("AWS::Route53::RecordSet")
            if each.get("Type") in ("A", "AAAA")
        )
        urls = (
            self.text(output["Value"]) or ""
            for name, output in self.template.get("Outputs", {}).items()
            if name.endswith("Url")
        )
        opened = (found.group(1) for url in urls if (found := HOST.match(url)))
        names = {*(record.rstrip(".") for record in records if record), *opened}
        return frozenset(name for name in names if not name.endswith(OF_AWS))
