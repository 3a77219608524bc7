"""Given certificates: issued, in the right region, for the names that browsers open."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check
from settings.text import account_of, region_of

NAME = "certificate"
FOR_CLOUDFRONT = "us-east-1"
ENDS_SOON = timedelta(days=30)


def given(account: Account, needs: Needs) -> Iterator[Finding]:
    """Every certificate that a listener or a distribution names."""
    for arn, region in dict.fromkeys(_named(needs)):
        yield _looked_at(account, needs, arn, region)


def _named(needs: Needs) -> Iterator[tuple[str, str]]:
    """ARN, and the region that it must be of."""
    for _, listener in needs.of("AWS::ElasticLoadBalancingV2::Listener"):
        for each in listener.get("Certificates", []):
            if (arn := needs.text(each.get("CertificateArn"))) is not None:
                yield arn, needs.region
    for _, distribution in needs.of("AWS::CloudFront::Distribution"):
        viewer = distribution["DistributionConfig"].get("ViewerCertificate", {})
        if (arn := needs.text(viewer.get("AcmCertificateArn"))) is not None:
            yield arn, FOR_CLOUDFRONT


def _looked_at(account: Account, needs: Needs, arn: str, region: str) -> Finding:
    request = "request one in the ACM console, and put its ARN into the deployment file"
    if region_of(arn) != region:
        return failed(NAME, f"{arn} is of {region_of(arn)}, and one of {region} is needed", request)
    if account_of(arn) != account.id:
        return failed(NAME, f"{arn} is of account {account_of(arn)}, not of {account.id}", request)
    answer = account.read(
        "acm",
        "describe_certificate",
        region=region,
        missing=("ResourceNotFoundException",),
        CertificateArn=arn,
    )
    if answer is None:
        return failed(NAME, f"{arn} does not exist", request)
    return _judged(needs, arn, answer["Certificate"])


def _judged(needs: Needs, arn: str, certificate: dict[str, Any]) -> Finding:
    status = certificate["Status"]
    if status != "ISSUED":
        return failed(NAME, f"{arn} is {status}", _way_to_issue(certificate))
    names = [certificate["DomainName"], *certificate.get("SubjectAlternativeNames", [])]
    uncovered = sorted(host for host in needs.hosts if not any(covers(name, host) for name in names))
    if uncovered:
        found = f"is for {', '.join(dict.fromkeys(names))}, not for {', '.join(uncovered)}"
        return failed(NAME, found, "request one with this name, or open the application under another")
    ends = certificate.get("NotAfter")
    renewed = certificate.get("RenewalEligibility") == "ELIGIBLE"
    if ends is not None and not renewed and ends - datetime.now(UTC) < ENDS_SOON:
        return warning(
            NAME, f"ends on {ends:%Y-%m-%d} and renews itself not", "import or request its successor"
        )
    return ok(NAME, f"issued for {', '.join(dict.fromkeys(names))}")


def _way_to_issue(certificate: dict[str, Any]) -> str:
    records = [
        f"{record['Name']} {record['Type']} {record['Value']}"
        for each in certificate.get("DomainValidationOptions", [])
        if (record := each.get("ResourceRecord")) and each.get("ValidationStatus") != "SUCCESS"
    ]
    if records:
        return f"add to the DNS zone: {'; '.join(records)}"
    return certificate.get("FailureReason") or "request another one in the ACM console"


def covers(name: str, host: str) -> bool:
    """Whether a certificate for the name is one for the host; a wildcard stands for one label."""
    name, host = name.lower(), host.lower()
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])


CHECKS = (Check(NAME, given),)
