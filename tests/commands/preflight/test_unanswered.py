"""A call without an answer is a line that says why, never an exception."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import EndpointConnectionError

from commands.account.reading import Account, NotRead
from commands.account.unanswered import action, unreached
from commands.preflight.findings import Finding, Outcome, ok
from commands.preflight.needs import Needs
from commands.preflight.run import Check
from tests.commands.preflight.stubbed import Stubbed, needs


def vpcs(account: Account, _: Needs) -> Iterator[Finding]:
    yield ok("first", "was looked at before")
    yield ok("VPCs", str(len(account.each("ec2", "describe_vpcs", "Vpcs"))))


@pytest.mark.parametrize(
    ("code", "message", "said", "permission"),
    [
        ("UnauthorizedOperation", "You are not authorized", "needs ec2:DescribeVpcs", "ec2:DescribeVpcs"),
        (
            "AccessDeniedException",
            "User: arn:aws:iam::111122223333:user/x is not authorized to perform: kms:Decrypt on resource: y",
            "needs kms:Decrypt",
            "kms:Decrypt",
        ),
        ("RequestLimitExceeded", "", "ec2 is busy (RequestLimitExceeded)", ""),
        ("InvalidAction", "", "ec2 in eu-west-1 does not know DescribeVpcs", ""),
        ("AuthFailure", "", "the credentials are not accepted by ec2 in eu-west-1 (AuthFailure)", ""),
        (
            "InternalError",
            "try  later",
            "ec2 DescribeVpcs in eu-west-1 ended with InternalError: try later",
            "",
        ),
    ],
)
def test_error_of_aws_is_not_checked(code: str, message: str, said: str, permission: str) -> None:
    stubbed = Stubbed()
    stubbed.refuses("ec2", "describe_vpcs", code, message)
    before, found = stubbed.look(Check("VPCs", vpcs), needs({}))
    assert before.name == "first"
    assert (found.outcome, found.name, found.found, found.needs) == (
        Outcome.unchecked,
        "VPCs",
        said,
        permission,
    )


def test_error_of_a_check_is_a_defect_of_ours_and_fails() -> None:
    def zones(account: Account, _: Needs) -> Iterator[Finding]:
        yield ok("zones", account.read("ec2", "describe_vpcs")["Vpcs"][0]["VpcId"])

    stubbed = Stubbed()
    stubbed.answers("ec2", "describe_vpcs", {})
    [found] = stubbed.look(Check("zones", zones), needs({}))
    assert found.outcome is Outcome.failed
    assert found.found == "this check has a defect and was not finished (KeyError: 'Vpcs')"


def test_region_without_the_service_is_not_checked() -> None:
    said = unreached(EndpointConnectionError(endpoint_url="https://backup.x.amazonaws.com"), "backup", "x")
    assert str(said) == "backup cannot be reached in x; the region may not have it"


def test_actions_are_named_as_iam_does() -> None:
    assert action("elbv2", "DescribeLoadBalancers") == "elasticloadbalancing:DescribeLoadBalancers"
    assert action("s3", "HeadBucket") == "s3:ListBucket"


def test_a_call_that_changes_something_is_never_sent() -> None:
    stubbed = Stubbed()
    with pytest.raises(NotRead, match="ec2 CreateVpc does not only read"):
        stubbed.account.read("ec2", "create_vpc", CidrBlock="10.0.0.0/16")
