"""Certificates, and Route 53 zones."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commands.account.deployed import Resource
from commands.preflight.checks import certificates, hosted_zones
from commands.preflight.checks.certificates import covers
from tests.commands.preflight.stubbed import ACCOUNT, Stubbed, check, lines, needs

ARN = f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/1"
ZONE = "Z0123456789ABCDEFGHIJ"
SERVERS = ["ns-1.awsdns-1.org", "ns-2.awsdns-2.net"]
RECORD = {
    "Record": {
        "Type": "AWS::Route53::RecordSet",
        "Properties": {"Name": "chat.example.com.", "Type": "A", "HostedZoneId": ZONE},
    }
}


def certified(answer: dict[str, Any] | None, *, arn: str = ARN) -> list[str]:
    stubbed = Stubbed()
    if answer is not None:
        stubbed.answers("acm", "describe_certificate", {"Certificate": answer}, region="eu-west-1")
    listener = {"Certificates": [{"CertificateArn": {"Ref": "CertificateArn"}}]}
    wanted = needs(
        {"Listener": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": listener}, **RECORD},
        Parameters={"CertificateArn": {"Default": arn}},
    )
    return [
        f"{each.outcome}: {each.found} | {each.remedy}"
        for each in stubbed.look(certificates.CHECKS[0], wanted)
    ]


def test_certificate_with_a_wildcard() -> None:
    assert certified({"Status": "ISSUED", "DomainName": "*.example.com"}) == [
        "ok: issued for *.example.com | "
    ]


def test_certificate_for_another_name() -> None:
    [line] = certified({"Status": "ISSUED", "DomainName": "example.com"})
    assert line.startswith("failed: is for example.com, not for chat.example.com")


def test_certificate_that_waits_names_the_record() -> None:
    record = {"Name": "_x.chat.example.com.", "Type": "CNAME", "Value": "_y.acm-validations.aws."}
    option = {
        "DomainName": "chat.example.com",
        "ValidationStatus": "PENDING_VALIDATION",
        "ResourceRecord": record,
    }
    [line] = certified(
        {
            "Status": "PENDING_VALIDATION",
            "DomainName": "chat.example.com",
            "DomainValidationOptions": [option],
        }
    )
    assert line.endswith("add to the DNS zone: _x.chat.example.com. CNAME _y.acm-validations.aws.")


def test_imported_certificate_that_ends_soon() -> None:
    ends = datetime.now(UTC) + timedelta(days=3)
    [line] = certified({"Status": "ISSUED", "DomainName": "chat.example.com", "NotAfter": ends})
    assert line.startswith("warning: ends on")


def test_certificate_of_another_region_or_account() -> None:
    assert (
        "is of eu-west-2, and one of eu-west-1 is needed"
        in certified(None, arn=ARN.replace("west-1", "west-2"))[0]
    )
    assert "is of account 999999999999" in certified(None, arn=ARN.replace(ACCOUNT, "999999999999"))[0]


def test_distribution_needs_a_certificate_of_us_east_1() -> None:
    viewer = {"DistributionConfig": {"ViewerCertificate": {"AcmCertificateArn": ARN}}}
    wanted = needs({"D": {"Type": "AWS::CloudFront::Distribution", "Properties": viewer}})
    assert "one of us-east-1 is needed" in Stubbed().look(certificates.CHECKS[0], wanted)[0].found


@pytest.mark.parametrize(
    ("name", "host", "covered"),
    [
        ("*.example.com", "chat.example.com", True),
        ("*.example.com", "a.chat.example.com", False),
        ("*.example.com", "example.com", False),
        ("Chat.example.com", "chat.example.com", True),
    ],
)
def test_wildcard_stands_for_one_label(name: str, host: str, covered: bool) -> None:
    assert covers(name, host) is covered


def zone(name: str = "example.com.", *, private: bool = False) -> dict[str, Any]:
    return {
        "HostedZone": {"Id": ZONE, "Name": name, "CallerReference": "x", "Config": {"PrivateZone": private}},
        "DelegationSet": {"NameServers": SERVERS},
    }


def zoned(answer: dict[str, Any], *more: tuple[str, dict[str, Any]]) -> list[str]:
    stubbed = Stubbed()
    stubbed.answers("route53", "get_hosted_zone", answer, Id=ZONE)
    for operation, each in more:
        stubbed.answers("route53", operation, each)
    return lines(stubbed.look(check(hosted_zones.CHECKS, "hosted zone"), needs(RECORD)))


def test_zone_is_public() -> None:
    [line] = zoned(zone())
    assert (
        line == f"ok: example.com is public; whoever keeps the name must delegate it to {', '.join(SERVERS)}"
    )


def test_private_zone() -> None:
    assert zoned(zone(private=True)) == [f"failed: {ZONE} (example.com) is private"]


def test_zone_of_another_name() -> None:
    assert zoned(zone("ample.com.")) == [f"failed: {ZONE} is of ample.com, and chat.example.com is not in it"]


def test_zone_that_is_not_there() -> None:
    stubbed = Stubbed()
    stubbed.refuses("route53", "get_hosted_zone", "NoSuchHostedZone")
    found = stubbed.look(check(hosted_zones.CHECKS, "hosted zone"), needs(RECORD))
    assert lines(found) == [f"failed: {ZONE} is not in account {ACCOUNT}"]


@pytest.mark.parametrize(("sent", "outcome"), [(SERVERS, "ok"), (["ns-9.awsdns-9.org"], "warning")])
def test_zone_above_in_the_same_account_delegates(sent: list[str], outcome: str) -> None:
    above = {
        "HostedZones": [{"Id": "/hostedzone/Z1", "Name": "example.com.", "CallerReference": "x"}],
        "IsTruncated": False,
        "MaxItems": "1",
    }
    servers = [{"Value": f"{each}."} for each in sent]
    record = {"Name": "chat.example.com.", "Type": "NS", "ResourceRecords": servers}
    listed = {"ResourceRecordSets": [record], "IsTruncated": False, "MaxItems": "1"}
    [line] = zoned(
        zone("chat.example.com."), ("list_hosted_zones_by_name", above), ("list_resource_record_sets", listed)
    )
    assert line.startswith(outcome)


def recorded(there: list[dict[str, Any]]) -> list[str]:
    stubbed = Stubbed()
    listed = {"ResourceRecordSets": there, "IsTruncated": False, "MaxItems": "20"}
    stubbed.answers("route53", "list_resource_record_sets", listed)
    return lines(stubbed.look(check(hosted_zones.CHECKS, "DNS record"), needs(RECORD)))


def test_record_that_is_taken() -> None:
    assert recorded([{"Name": "other.example.com.", "Type": "A"}]) == ["ok: A is free"]
    assert recorded([{"Name": "chat.example.com.", "Type": "CNAME"}])[0].startswith("failed")


def test_record_of_this_very_deployment_is_not_looked_at() -> None:
    made = {"Record": Resource(kind="AWS::Route53::RecordSet", physical_id="chat.example.com")}
    assert Stubbed().look(check(hosted_zones.CHECKS, "DNS record"), needs(RECORD, made=made)) == []
