"""Rules of security groups, from and to by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.report.conditional import listed, said, variants
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
NO_OTHER = "no condition of a rule out holds"
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
    when: str = ""
    """The conditions of the template under which it counts; empty where it always does."""

    @property
    def order(self) -> tuple[str, str, str]:
        return str(self.group), self.direction, self.ports


def rules(template: Template, words: Words, found: Findings) -> list[Rule]:
    """Rules within groups and beside them, by group, and the one that AWS adds to a group without any for outside."""
    written = list(_rules(template, words, found))
    out = [rule for rule in written if rule.direction == "out"]
    limited = {rule.group for rule in out if not rule.when}
    sometimes = {rule.group for rule in out if rule.when}
    added = [
        _rule(group, "out", EVERYTHING, words, when=NO_OTHER if group in sometimes else "")
        for address, resource in template["Resources"].items()
        if resource["Type"] == "AWS::EC2::SecurityGroup"
        and (group := words.reference(address)) not in limited
    ]
    return sorted([*written, *added], key=lambda rule: rule.order)


def _rules(template: Template, words: Words, found: Findings) -> Iterator[Rule]:
    for address, resource in template["Resources"].items():
        made_if = (resource["Condition"],) if resource.get("Condition") else ()
        for direction, written in _written(resource):
            for around, each in listed(written, made_if):
                for when, rule in variants(each, around):
                    alone = resource["Type"] in ALONE
                    group = words.line(rule["GroupId"]) if alone else words.reference(address)
                    reason = found.reason(address, "AwsSolutions-EC23", "")
                    yield _rule(group, direction, rule, words, reason=reason, when=said(when))


def _written(resource: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Direction, and one or many rules as they are written."""
    properties = resource.get("Properties", {})
    if resource["Type"] in ALONE:
        yield ALONE[resource["Type"]], properties
    elif resource["Type"] == "AWS::EC2::SecurityGroup":
        yield from ((way, properties[key]) for key, way in INLINE.items() if key in properties)


def _rule(
    group: Line, direction: str, rule: dict[str, Any], words: Words, *, reason: str = "", when: str = ""
) -> Rule:
    peer = next((rule[key] for key in PEERS if key in rule), "?")
    nothing, is_open = peer == NOWHERE, peer in EVERYWHERE
    return Rule(
        group=group,
        direction=direction,
        peer=Line((Piece("nobody"),)) if nothing else words.line(peer),
        ports="none" if nothing else _ports(rule, words),
        description="" if nothing else words.text(rule.get("Description", "")),
        is_open=is_open,
        reason=reason if is_open and direction == "in" else "",
        when=when,
    )


def _ports(rule: dict[str, Any], words: Words) -> str:
    protocol = words.text(rule["IpProtocol"])
    if protocol == "-1":
        return "everything"
    if protocol.startswith("icmp") or rule.get("FromPort") in (None, -1):
        return protocol
    first, last = (words.text(rule.get(key, rule["FromPort"])) for key in ("FromPort", "ToPort"))
    return f"{protocol} {first}" if first == last else f"{protocol} {first}–{last}"
