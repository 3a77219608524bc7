"""Rules of security groups, from and to by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.report.findings import Findings
from commands.report.lines import Line, Piece
from commands.report.words import Words

INLINE = {"SecurityGroupIngress": "in", "SecurityGroupEgress": "out"}
ALONE = {"AWS::EC2::SecurityGroupIngress": "in", "AWS::EC2::SecurityGroupEgress": "out"}
PEERS = (
    "SourceSecurityGroupId",
    "DestinationSecurityGroupId",
    "SourcePrefixListId",
    "DestinationPrefixListId",
    "CidrIp",
    "CidrIpv6",
)
EVERYWHERE = ("0.0.0.0/0", "::/0")
EVERYTHING = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0", "Description": "no rule, so AWS lets everything out"}
NOWHERE = "255.255.255.255/32"
"""What the CDK writes where a group shall send nothing; without any rule AWS would let it send everything."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of a security group; `peer` is who may send in, or who is sent to."""

    group: Line
    direction: str
    peer: Line
    ports: str
    description: str
    is_open: bool
    """Whether the peer is the whole internet."""
    reason: str
    """Why it is, where the check of what comes in was acknowledged."""

    @property
    def order(self) -> tuple[str, str, str]:
        return str(self.group), self.direction, self.ports


def rules(template: Template, words: Words, found: Findings) -> list[Rule]:
    """Rules within groups and beside them, by group, and the one that AWS adds to a group without any for outside."""
    written = list(_rules(template, words, found))
    limited = {rule.group for rule in written if rule.direction == "out"}
    added = [
        _rule(group, "out", EVERYTHING, words, reason="")
        for address, resource in template["Resources"].items()
        if resource["Type"] == "AWS::EC2::SecurityGroup"
        and (group := words.reference(address)) not in limited
    ]
    return sorted([*written, *added], key=lambda rule: rule.order)


def _rules(template: Template, words: Words, found: Findings) -> Iterator[Rule]:
    for address, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] in ALONE:
            group = words.line(properties["GroupId"])
            yield _rule(group, ALONE[resource["Type"]], properties, words, reason=_reason(address, found))
        elif resource["Type"] == "AWS::EC2::SecurityGroup":
            for key, direction in INLINE.items():
                for each in properties.get(key, []):
                    yield _rule(
                        words.reference(address), direction, each, words, reason=_reason(address, found)
                    )


def _reason(address: str, found: Findings) -> str:
    return found.reason(address, "AwsSolutions-EC23", "")


def _rule(group: Line, direction: str, rule: dict[str, Any], words: Words, *, reason: str) -> Rule:
    peer = next((rule[key] for key in PEERS if key in rule), "?")
    nothing, is_open = peer == NOWHERE, peer in EVERYWHERE
    return Rule(
        group=group,
        direction=direction,
        peer=Line((Piece("nobody"),)) if nothing else words.line(peer),
        ports="none" if nothing else _ports(rule),
        description="" if nothing else words.text(rule.get("Description", "")),
        is_open=is_open,
        reason=reason if is_open and direction == "in" else "",
    )


def _ports(rule: dict[str, Any]) -> str:
    protocol = str(rule["IpProtocol"])
    if protocol == "-1":
        return "everything"
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if protocol.startswith("icmp") or first in (None, -1):
        return protocol
    return f"{protocol} {first}" if first == last else f"{protocol} {first}–{last}"
