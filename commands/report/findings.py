"""Findings of the checks at synthesis that the code acknowledges, with its reasons."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.flattened import Template

SOURCE = "Annotation::"
FIRST = "AwsSolutions"
"""Rules of cdk-nag stand before those of the CDK itself."""
OWN_RESOURCE = ("", "/Resource", "/Default")
"""Ends of the construct path of what a construct is mainly made of."""


@dataclass(frozen=True)
class Finding:
    """A rule that some resources do not follow, and why that is accepted.

    `detail` tells findings of one rule apart, such as `Resource::*` of AwsSolutions-IAM5. `addresses` are what was
    acknowledged; `covered` has what those consist of, too, such as the policies of a role.
    """

    rule: str
    detail: str
    reason: str
    addresses: tuple[str, ...]
    covered: frozenset[str]

    @property
    def meaning(self) -> str:
        """What the rule finds."""
        return RULES.get(self.rule, "")


class Findings(list[Finding]):
    """All of a deployment; equal ones are one with several resources."""

    def reason(self, address: str, rule: str, detail: str) -> str:
        """Why this one finding about the resource is accepted; empty if nothing was said."""
        return next(
            (
                each.reason
                for each in self
                if (each.rule, each.detail) == (rule, detail) and address in each.covered
            ),
            "",
        )


def findings(assembly: Path, deployment: str, template: Template) -> Findings:
    """What the metadata of the cloud assembly says."""
    metadata = json.loads((assembly / f"{deployment}.metadata.json").read_bytes())
    resources = dict(_resources(metadata, deployment, template))
    paths: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for path, entries in metadata.items():
        for entry in entries:
            if entry["type"] == "aws:cdk:acknowledged-rules":
                for rule, reason in entry["data"].items():
                    name, _, detail = rule.removeprefix(SOURCE).partition("[")
                    paths[name, detail.removesuffix("]"), reason].append(path)
    return Findings(
        Finding(*key, *_concerned(concerned, resources))
        for key, concerned in sorted(
            paths.items(), key=lambda item: (not item[0][0].startswith(FIRST), item[0])
        )
    )


def _resources(metadata: dict[str, Any], deployment: str, template: Template) -> Iterator[tuple[str, str]]:
    """Construct path and address of each resource."""
    by_logical_id: defaultdict[str, list[str]] = defaultdict(list)
    for address in template["Resources"]:
        by_logical_id[address.rpartition(".")[2]].append(address)
    for path, entries in metadata.items():
        for entry in entries:
            if entry["type"] == "aws:cdk:logicalId":
                inside = path.removeprefix(f"/{deployment}/")
                fitting = [
                    address
                    for address in by_logical_id[entry["data"]]
                    if inside.startswith(address.rpartition(".")[0].replace(".", "/"))
                ]
                if fitting:
                    yield path, max(fitting, key=lambda address: address.count("."))


def _concerned(paths: list[str], resources: dict[str, str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """What constructs mainly consist of, and all that they consist of."""
    shown, covered = set(), set()
    for path in paths:
        below = {each for at, each in resources.items() if at == path or at.startswith(f"{path}/")}
        own = [resources[path + end] for end in OWN_RESOURCE if path + end in resources]
        shown |= set(own[:1]) or below
        covered |= below
    return tuple(sorted(shown)), frozenset(covered)


RULES = {
    "AwsSolutions-CFR1": "A CloudFront distribution is open to every country.",
    "AwsSolutions-CFR2": "A CloudFront distribution has no web ACL of AWS WAF.",
    "AwsSolutions-CFR3": "A CloudFront distribution writes no access log.",
    "AwsSolutions-CFR4": "A CloudFront distribution offers browsers SSLv3 or TLSv1.",
    "AwsSolutions-COG2": "A user pool does not require a second factor.",
    "AwsSolutions-COG3": "A user pool does not enforce threat protection.",
    "AwsSolutions-COG8": "A user pool is not on the Plus tier.",
    "AwsSolutions-EC23": "A security group admits 0.0.0.0/0 or ::/0.",
    "AwsSolutions-ECS2": "A task definition gives environment variables in plain text.",
    "AwsSolutions-ECS4": "An ECS cluster has no Container Insights.",
    "AwsSolutions-ELB2": "A load balancer writes no access log.",
    "AwsSolutions-IAM4": "A role uses a policy that AWS manages.",
    "AwsSolutions-IAM5": "A policy contains a wildcard.",
    "AwsSolutions-L1": "A Lambda function does not run on the newest runtime of its language.",
    "AwsSolutions-RDS10": "A database can be deleted without switching off a protection first.",
    "AwsSolutions-RDS11": "A database listens on its engine's default port.",
    "AwsSolutions-S1": "A bucket writes no server access log.",
    "AwsSolutions-SMG4": "A secret is not rotated by a schedule.",
    "AwsSolutions-VPC7": "A VPC has no flow log.",
    "@aws-cdk/aws-ecs:ecrImageRequiresPolicy": "The CDK cannot tell whether the role may pull the image.",
    "@aws-cdk/aws-eks:clusterMustManuallyTagSubnet": "The CDK does not tag the subnets for load balancers.",
    "@aws-cdk/aws-events:ruleUnresolvedEnvironment": "The CDK cannot tell whether rule and target share an account.",
    "CloudFormation-Validate::F3002": "A property is not in the resource type's schema.",
    "CloudFormation-Validate::F3003": "A required property is missing by the resource type's schema.",
}
"""What each rule finds, in short; a finding of any other stands there with its reason alone."""
