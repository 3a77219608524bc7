"""Permissions are complete, and their wildcards are marked: compared with the templates by another route."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import templates
from commands.report.page import page
from tests.commands.report.conftest import Report, Small
from tests.commands.report.html import Element, parsed
from tests.conftest import COMMITTED, VARIANTS

USUAL = "every-option"
"""The variant whose page is made in every run."""
PUT_IN = "{}"
"""What stands for everything that only the account or another resource knows."""


def section(report: Element, name: str = "permissions") -> Element:
    (found,) = report.find("section", id=name)
    return found


def marked(report: Element) -> Counter[tuple[str, str]]:
    """Part and text of each mark on the page."""
    marks = [
        each.attributes["data-wildcard"] for each in report.find("span") if "data-wildcard" in each.attributes
    ]
    return Counter(
        (part, re.sub(r"\{[^}]*\}", PUT_IN, text.removeprefix("everybody: ")))
        for part, _, text in (mark.partition(" ") for mark in marks)
    )


def in_templates(assembly: Path, deployment: str) -> Counter[tuple[str, str]]:
    """Part and text of each wildcard in the policies of the template files."""
    return Counter(
        (part, text)
        for template in templates(assembly, deployment)
        for statement in objects(template.body, having="Effect")
        for part in ("Principal", "Action", "Resource")
        for text in texts(statement.get(part))
        if "*" in text
    )


def objects(value: Any, *, having: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if having in value:
            yield value
        for each in value.values():
            yield from objects(each, having=having)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each, having=having)


def texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from texts(each)
        case {"Fn::Join": [between, parts]}:
            yield between.join(part if isinstance(part, str) else PUT_IN for part in parts)
        case {"AWS": principals}:
            yield from texts(principals)


@pytest.mark.parametrize("deployment", COMMITTED)
def test_the_wildcards_of_the_templates_are_marked_and_nothing_else(
    assembly: Path, report: Report, deployment: str
) -> None:
    expected = in_templates(assembly, deployment)
    assert expected["Action", "kms:*"] > 1
    assert marked(report(deployment)) == expected


@pytest.mark.parametrize(
    "deployment",
    [each if each == USUAL else pytest.param(each, marks=pytest.mark.wide) for each in VARIANTS],
)
def test_every_granted_wildcard_has_a_reason(variants: Path, deployment: str) -> None:
    whole = parsed(page(variants, deployment))
    assert marked(whole) == in_templates(variants, deployment)
    assert not [
        each.text()
        for each in whole.find("span")
        if "open" in each.attributes.get("class", "").split() and "data-wildcard" in each.attributes
    ]
    assert "no reason is given" not in section(whole).text()


@pytest.mark.parametrize("deployment", COMMITTED)
def test_every_statement_is_a_row(assembly: Path, report: Report, deployment: str) -> None:
    bodies = [template.body for template in templates(assembly, deployment)]
    effects = [each for body in bodies for each in objects(body, having="Effect")]
    statements = [each for each in effects if each["Effect"] in ("Allow", "Deny")]  # taints have one, too
    permissions = re.findall(r'"Type": ?"AWS::Lambda::Permission"', json.dumps(bodies))
    in_text = re.findall(r'\\"Effect\\"', json.dumps(bodies))
    managed = [each for body in bodies for each in objects(body, having="ManagedPolicyArns")]
    attached = sum(len(each["ManagedPolicyArns"]) for each in managed)
    entries = [
        max(len(each.get("AccessPolicies", [])) + len(each.get("KubernetesGroups", [])), 1)
        for body in bodies
        for each in objects(body, having="PrincipalArn")
    ]
    rows = section(report(deployment)).rows()
    assert len(rows) == len(statements) + len(permissions) + len(in_text) + attached + sum(entries)


def test_a_statement_reads_as_a_sentence(report: Report) -> None:
    rows = section(report("open-webui-prod")).rows()
    assert [
        "Network › DefaultSecurityGroupHandlerRole",
        "allows ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress",
        "arn:{partition}:ec2:{region}:{account}:security-group/*",
        "ArnEquals ec2:Vpc arn:{partition}:ec2:{region}:{account}:vpc/{Network › Vpc}",
        "Its id is unknown before the VPC exists; the condition on ec2:Vpc narrows it to this VPC.",
    ] in rows


STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def role(**changed: Any) -> dict[str, Any]:
    document = {"Statement": [{**STATEMENT, **changed}]}
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": document}]}}
        }
    }


def kinds(report: Element) -> list[tuple[str, str]]:
    return [
        (each.attributes["class"].split()[1], each.text())
        for each in section(report).find("span")
        if "data-wildcard" in each.attributes
    ]


def test_a_wildcard_without_a_reason_stands_out(small: Small) -> None:
    whole = small(role())
    assert kinds(whole) == [("open", "*")]
    assert section(whole).rows()[0][-1] == "no reason is given"
    assert "1 wildcards without a reason, 0 with one" in whole.text()


def test_the_acknowledged_finding_is_the_reason(small: Small) -> None:
    whole = small(
        role(), {"/small/Role": {"Annotation::AwsSolutions-IAM5[Resource::*]": "Reads `public` files."}}
    )
    assert kinds(whole) == [("known", "*")]
    assert section(whole).rows()[0][-1] == "Reads public files."


def test_the_reason_for_another_wildcard_is_none(small: Small) -> None:
    whole = small(role(Action="s3:*"), {"/small/Role": {"AwsSolutions-IAM5[Resource::*]": "Because."}})
    assert kinds(whole) == [("open", "s3:*"), ("known", "*")]


def test_the_reason_of_another_role_does_not_count(small: Small) -> None:
    template = role()
    template["Resources"]["Other"] = {"Type": "AWS::IAM::Role"}
    whole = small(template, {"/small/Other": {"AwsSolutions-IAM5[Resource::*]": "Because."}})
    assert kinds(whole) == [("open", "*")]


def test_a_denial_is_marked_quietly(small: Small) -> None:
    assert kinds(small(role(Effect="Deny"))) == [("quiet", "*")]


def test_all_but_what_is_named_is_a_wildcard(small: Small) -> None:
    template = role(NotAction="iam:PassRole", Resource="arn:aws:s3:::files/a.txt")
    statement = template["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
    del statement["Action"]
    assert kinds(small(template)) == [("open", "all but iam:PassRole")]


def test_everybody_is_open_without_a_condition_on_the_account(small: Small) -> None:
    def queue(**condition: Any) -> dict[str, Any]:
        statement = {**STATEMENT, "Principal": "*", "Resource": "arn:aws:sqs:::queue", **condition}
        policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Statement": statement}}}
        return {"Resources": {"Policy": policy}}

    equal = {"Condition": {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}}
    anybody = {"Condition": {"StringEquals": {"aws:PrincipalAccount": "*"}}}
    assert kinds(small(queue())) == [("open", "everybody: *")]
    assert kinds(small(queue(**anybody))) == [("open", "everybody: *")]
    assert kinds(small(queue(**equal))) == [("known", "everybody: *")]


def test_rules_of_security_groups_are_rows_by_name(assembly: Path, report: Report) -> None:
    rows = section(report("open-webui-prod"), "access").rows()
    bodies = [template.body for template in templates(assembly, "open-webui-prod")]
    assert len(rows) == sum(1 for body in bodies for _ in objects(body, having="IpProtocol"))
    assert [
        "SecurityGroups › Database",
        "in from",
        "SecurityGroups › Tasks",
        "tcp 5432",
        "PostgreSQL from the tasks",
    ] in rows
    assert ["SecurityGroups › Database", "out to", "nobody", "none", "–"] in rows
    (https,) = (row for row in rows if row[3] == "tcp 443")
    assert https[:3] == ["SecurityGroups › LoadBalancer", "in from", "0.0.0.0/0 whole internet"]
    assert https[4].startswith("browsers The public entrance: ")


def test_ports_and_peers_of_any_rule_are_said(small: Small) -> None:
    def rule(**said: Any) -> dict[str, Any]:
        return {"IpProtocol": "tcp", "CidrIpv6": "::/0", **said}

    ingress = [
        rule(FromPort=1, ToPort=9),
        rule(IpProtocol="-1", CidrIpv6="fd00::/8"),
        rule(IpProtocol="icmp"),
    ]
    properties = {"GroupDescription": "x", "SecurityGroupIngress": ingress}
    whole = small({"Resources": {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}})
    rows = section(whole, "access").rows()
    assert rows.pop() == [
        "Group",
        "out to",
        "0.0.0.0/0 whole internet",
        "everything",
        "no rule, so AWS lets everything out",
    ]
    assert [row[2:4] for row in rows] == [
        ["fd00::/8", "everything"],
        ["::/0 whole internet", "icmp"],
        ["::/0 whole internet", "tcp 1–9"],
    ]


ONE = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sns:Publish"}
OTHER = {**ONE, "Action": "sns:*"}
PAIR = ["allows if Loud sns:Publish", "allows if not Loud sns:*"]
UNREAD = "is written in a way that could not be read:"


def if_loud(then: Any, other: Any) -> dict[str, Any]:
    return {"Fn::If": ["Loud", then, other]}


def policy(document: Any, **more: Any) -> dict[str, Any]:
    kind, properties = "AWS::SNS::TopicPolicy", {"PolicyDocument": document}
    return {
        "Resources": {"Policy": {"Type": kind, "Properties": properties, **more}},
        "Conditions": {"Loud": {}},
    }


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        (if_loud({"Statement": ONE}, {"Statement": [OTHER]}), PAIR),
        ({"Statement": if_loud([ONE], [OTHER])}, PAIR),
        ({"Statement": [if_loud(ONE, OTHER)]}, PAIR),
        ({"Statement": [{**ONE, "Action": if_loud("sns:Publish", "sns:*")}]}, PAIR),
        ({"Statement": [if_loud(ONE, {"Ref": "AWS::NoValue"})]}, PAIR[:1]),
        (
            {"Statement": {**ONE, "Action": ["sns:Publish", if_loud("sns:*", {"Ref": "AWS::NoValue"})]}},
            ["allows if Loud sns:Publish sns:*", "allows if not Loud sns:Publish"],
        ),
        (
            {"Statement": {**ONE, "Effect": if_loud("Deny", "Allow")}},
            ["denies if Loud sns:Publish", "allows if not Loud sns:Publish"],
        ),
        (json.dumps({"Statement": [ONE]}), ["allows sns:Publish"]),
        ({"Fn::Sub": json.dumps({"Statement": ONE})}, ["allows sns:Publish"]),
        (json.dumps({"Version": "2012-10-17"}), []),
        ({"Version": "2012-10-17"}, []),
        ({"Fn::ImportValue": "other"}, [UNREAD]),
        ({"Statement": [ONE, {"Fn::Transform": {}}]}, ["allows sns:Publish", UNREAD]),
    ],
)
def test_statements_are_read_however_they_are_written(small: Small, document: Any, rows: list[str]) -> None:
    assert [row[2] for row in section(small(policy(document))).rows()] == rows


def test_the_marks_are_those_of_each_branch(small: Small) -> None:
    either = {**ONE, "Resource": if_loud("arn:aws:sns:::one", "*")}
    assert kinds(small(policy({"Statement": either}))) == [("open", "*")]
    both = {**ONE, "Effect": if_loud("Deny", "Allow"), "Action": "sns:*"}
    assert kinds(small(policy({"Statement": both}))) == [("quiet", "sns:*"), ("open", "sns:*")]


def test_the_condition_of_a_resource_is_that_of_its_statements(small: Small) -> None:
    (row,) = section(small(policy({"Statement": ONE}, Condition="Loud"))).rows()
    assert row[2] == "allows if Loud sns:Publish"


def test_managed_policies_in_a_condition_are_rows(small: Small) -> None:
    arns = if_loud(["arn:one"], ["arn:two", "arn:three"])
    resources = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": arns}}}
    rows = section(small({"Resources": resources, "Conditions": {"Loud": {}}})).rows()
    assert [row[1] for row in rows] == ["arn:one if Loud", "arn:two if not Loud", "arn:three if not Loud"]


def test_access_entries_of_clusters_are_rows(small: Small) -> None:
    admin = {"PolicyArn": "arn:aws:eks::aws:cluster-access-policy/Admin", "AccessScope": {"Type": "cluster"}}
    scope = {"Type": "namespace", "Namespaces": ["chat", "jobs"]}
    view = {"PolicyArn": "arn:aws:eks::aws:cluster-access-policy/View", "AccessScope": scope}
    entry = {"ClusterName": {"Ref": "Cluster"}, "PrincipalArn": {"Fn::GetAtt": ["Role", "Arn"]}}
    resources = {
        "Cluster": {"Type": "AWS::EKS::Cluster"},
        "Role": {"Type": "AWS::IAM::Role"},
        "Entry": {
            "Type": "AWS::EKS::AccessEntry",
            "Properties": {**entry, "AccessPolicies": [admin, if_loud(view, {"Ref": "AWS::NoValue"})]},
        },
        "Groups": {"Type": "AWS::EKS::AccessEntry", "Properties": {**entry, "KubernetesGroups": ["readers"]}},
        "Nodes": {"Type": "AWS::EKS::AccessEntry", "Properties": {**entry, "Type": "EC2_LINUX"}},
    }
    rows = section(small({"Resources": resources, "Conditions": {"Loud": {}}})).rows()
    assert {tuple(row[:2]) for row in rows} == {("Cluster", "Role")}
    assert [row[2:] for row in rows] == [
        ["arn:aws:eks::aws:cluster-access-policy/Admin if Loud", "the whole cluster"],
        ["arn:aws:eks::aws:cluster-access-policy/View if Loud", "namespaces chat, jobs"],
        ["arn:aws:eks::aws:cluster-access-policy/Admin if not Loud", "the whole cluster"],
        ["readers", "as the cluster's own role bindings of this group say"],
        ["EC2_LINUX", "what EKS gives this type; nothing for STANDARD"],
    ]


def test_rules_in_a_condition_and_ports_by_reference_are_said(small: Small) -> None:
    web = {"IpProtocol": "tcp", "CidrIp": if_loud("0.0.0.0/0", "10.0.0.0/8"), "FromPort": {"Ref": "Port"}}
    out = {"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}
    properties = {
        "SecurityGroupIngress": if_loud([web], [{**web, "CidrIp": if_loud("0.0.0.0/0", "fd00::/8")}]),
        "SecurityGroupEgress": [if_loud(out, {"Ref": "AWS::NoValue"})],
    }
    resources = {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}
    parameters = {"Port": {"Type": "Number", "Default": 443}}
    whole = small({"Resources": resources, "Conditions": {"Loud": {}}, "Parameters": parameters})
    assert sorted(row[1:4] for row in section(whole, "access").rows()) == [
        ["in from if Loud", "0.0.0.0/0 whole internet", "tcp parameter Port"],
        ["in from if not Loud", "fd00::/8", "tcp parameter Port"],
        ["out to if Loud", "10.0.0.0/8", "everything"],
        ["out to if no condition of a rule out holds", "0.0.0.0/0 whole internet", "everything"],
    ]


def test_alarms_of_anomaly_detection_are_said(small: Small) -> None:
    metric = {"Metric": {"MetricName": "Latency", "Namespace": "AWS/X"}, "Period": 300, "Stat": "Average"}
    properties = {
        "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold",
        "ThresholdMetricId": "band",
        "EvaluationPeriods": 2,
        "Metrics": [
            {"Id": "m", "MetricStat": metric, "ReturnData": True},
            {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)", "ReturnData": True},
        ],
    }
    whole = small({"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}})
    assert "Latency outside ANOMALY_DETECTION_BAND(m, 2), 2 × 5 min" in section(whole, "alarms").text()
