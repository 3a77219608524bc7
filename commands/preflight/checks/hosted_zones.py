"""Route 53 zones that get a record: there, public, of the right name, delegated to, the record not taken."""

from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check

NAME = "hosted zone"


def zones(account: Account, needs: Needs) -> Iterator[Finding]:
    """Every zone that a record or the validation of a certificate names."""
    for zone_id, hosts in _named(needs).items():
        yield from _looked_at(account, zone_id, sorted(hosts))


def records(account: Account, needs: Needs) -> Iterator[Finding]:
    """No record is there already under a name that is to be made."""
    for _, record in needs.new("AWS::Route53::RecordSet"):
        zone_id, host = needs.text(record.get("HostedZoneId")), needs.text(record.get("Name"))
        if zone_id is None or host is None:
            continue
        found = account.read(
            "route53",
            "list_resource_record_sets",
            missing=("NoSuchHostedZone",),
            HostedZoneId=zone_id,
            StartRecordName=host,
            StartRecordType=record["Type"],
            MaxItems="20",
        )
        there = [
            each
            for each in (found or {}).get("ResourceRecordSets", [])
            if each["Name"].rstrip(".") == host.rstrip(".") and each["Type"] in (record["Type"], "CNAME")
        ]
        name = f"DNS record {host.rstrip('.')}"
        if there:
            remedy = "delete it first, or use another host name"
            yield failed(name, f"{zone_id} has a record {there[0]['Type']} of this name", remedy)
        elif found is not None:
            yield ok(name, f"{record['Type']} is free")


def _named(needs: Needs) -> dict[str, set[str]]:
    """Id of each zone → the names that are put into it."""
    named: dict[str, set[str]] = {}
    for _, record in needs.of("AWS::Route53::RecordSet"):
        zone_id, host = needs.text(record.get("HostedZoneId")), needs.text(record.get("Name"))
        if zone_id is not None and host is not None:
            named.setdefault(zone_id, set()).add(host.rstrip("."))
    for _, certificate in needs.of("AWS::CertificateManager::Certificate"):
        for option in certificate.get("DomainValidationOptions", []):
            zone_id, host = needs.text(option.get("HostedZoneId")), needs.text(option.get("DomainName"))
            if zone_id is not None and host is not None:
                named.setdefault(zone_id, set()).add(host.removeprefix("*."))
    return named


def _looked_at(account: Account, zone_id: str, hosts: list[str]) -> Iterator[Finding]:
    answer = account.read("route53", "get_hosted_zone", missing=("NoSuchHostedZone",), Id=zone_id)
    if answer is None:
        yield failed(
            NAME,
            f"{zone_id} is not in account {account.id}",
            "give the id that `aws route53 list-hosted-zones` prints",
        )
        return
    zone = answer["HostedZone"]
    name = zone["Name"].rstrip(".")
    outside = [host for host in hosts if host != name and not host.endswith(f".{name}")]
    if zone.get("Config", {}).get("PrivateZone"):
        yield failed(
            NAME, f"{zone_id} ({name}) is private", "name the public zone; a certificate is validated there"
        )
    elif outside:
        yield failed(
            NAME,
            f"{zone_id} is of {name}, and {', '.join(outside)} is not in it",
            "name the zone of the host",
        )
    else:
        yield _delegated(account, name, zone_id, answer.get("DelegationSet", {}).get("NameServers", []))


def _delegated(account: Account, name: str, zone_id: str, servers: list[str]) -> Finding:
    """Whether the zone above, where it is in this account, sends to this one."""
    ours = sorted(server.rstrip(".").lower() for server in servers)
    above = _zone_above(account, name)
    if above is None:
        return ok(NAME, f"{name} is public; whoever keeps the name must delegate it to {', '.join(ours)}")
    answer: Any = account.read(
        "route53",
        "list_resource_record_sets",
        HostedZoneId=above["Id"],
        StartRecordName=name,
        StartRecordType="NS",
        MaxItems="1",
    )
    sent = sorted(
        value["Value"].rstrip(".").lower()
        for each in answer["ResourceRecordSets"]
        if each["Name"].rstrip(".") == name and each["Type"] == "NS"
        for value in each.get("ResourceRecords", [])
    )
    if sent == ours:
        return ok(NAME, f"{name} is public, and {above['Name'].rstrip('.')} delegates to it")
    found = f"{name} ({zone_id}) is not where {above['Name'].rstrip('.')} of this account delegates to"
    remedy = f"put a record NS {name} with {', '.join(ours)} there, or name the zone that it delegates to"
    return warning(NAME, found, remedy)


def _zone_above(account: Account, name: str) -> Any:
    parent = name.partition(".")[2]
    while "." in parent:
        listed = account.read("route53", "list_hosted_zones_by_name", DNSName=parent, MaxItems="1")
        for zone in listed.get("HostedZones", []):
            if zone["Name"].rstrip(".") == parent and not zone.get("Config", {}).get("PrivateZone"):
                return zone
        parent = parent.partition(".")[2]
    return None


CHECKS = (Check(NAME, zones), Check("DNS record", records))
