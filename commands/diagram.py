"""The pictures in the documentation, drawn from the synthesized templates (Mermaid, which code hosts render)."""

import json
from collections import Counter, defaultdict
from pathlib import Path

from rich.console import Console

from commands.assembly import NESTED, ROOT, StackTemplate, templates

NOUNS = {
    "AWS::EC2::VPC": "VPC",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::NatGateway": "NAT gateway",
    "AWS::EC2::VPCEndpoint": "VPC endpoint",
    "AWS::EC2::FlowLog": "flow log",
    "AWS::EC2::SecurityGroup": "security group",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "application load balancer",
    "AWS::ElasticLoadBalancingV2::Listener": "listener",
    "AWS::CloudFront::Distribution": "CloudFront distribution",
    "AWS::CertificateManager::Certificate": "certificate",
    "AWS::Route53::RecordSet": "DNS record",
    "AWS::WAFv2::WebACL": "web ACL",
    "AWS::Cognito::UserPool": "user pool",
    "AWS::Cognito::UserPoolClient": "app client",
    "AWS::Cognito::UserPoolGroup": "group",
    "AWS::EFS::FileSystem": "EFS file system",
    "AWS::RDS::DBCluster": "Aurora PostgreSQL cluster",
    "AWS::RDS::DBInstance": "database instance",
    "AWS::ElastiCache::ServerlessCache": "Valkey cache",
    "AWS::S3::Bucket": "bucket",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::KMS::Key": "KMS key",
    "AWS::ECS::Service": "ECS service",
    "AWS::Lambda::Function": "Lambda function",
    "AWS::Logs::LogGroup": "log group",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::SNS::Topic": "SNS topic",
    "AWS::Backup::BackupVault": "backup vault",
    "AWS::Backup::BackupPlan": "backup plan",
    "AWS::Backup::RestoreTestingPlan": "restore-testing plan",
}
"""Resource types that are drawn; the rest is wiring."""
PICTURES = {ROOT / "README.md": "open-webui-prod", ROOT / "docs" / "open-webui.md": "open-webui-prod"}
START, END = "<!-- picture: make diagram -->", "<!-- end of picture -->"


def picture(assembly: Path, deployment: str) -> str:
    """One box per nested stack with what is in it, and an arrow to each nested stack that it builds on."""
    root, *nested = templates(assembly, deployment)
    inside: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for template in nested:
        inside[template.name.split(".")[1]].update(each["Type"] for each in template.resources.values())
    lines = ["```mermaid", "graph LR"]
    for stack, counts in inside.items():
        lines.append(f'  {stack}["<b>{stack}</b><br/>{"<br/>".join(_contents(counts))}"]')
    lines += [f"  {stack} --> {need}" for stack, need in _edges(root)]
    return "\n".join([*lines, "```"])


def _contents(counts: Counter[str]) -> list[str]:
    return [
        noun if counts[kind] == 1 else f"{counts[kind]} × {noun}"
        for kind, noun in NOUNS.items()
        if counts[kind]
    ]


def _edges(root: StackTemplate) -> list[tuple[str, str]]:
    """Edges that no longer path implies, so that the picture stays readable."""
    nested = {key: json.dumps(value) for key, value in root.resources.items() if value["Type"] == NESTED}
    needs = {
        key: {other for other in nested if other != key and f'"{other}"' in text}
        for key, text in nested.items()
    }

    def reach(key: str) -> set[str]:
        return set().union(*({need} | reach(need) for need in needs[key]))

    return [
        (key.split("NestedStack")[0], need.split("NestedStack")[0])
        for key in needs
        for need in sorted(needs[key])
        if not any(need in reach(other) for other in needs[key] - {need})
    ]


def with_picture(text: str, drawn: str) -> str:
    """The page with the picture between its two marks."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{drawn}\n{END}{after}"


def diagram() -> None:
    """Draw the pictures in README.md and docs/ anew from cdk.out."""
    for page, deployment in PICTURES.items():
        page.write_text(with_picture(page.read_text(), picture(ROOT / "cdk.out", deployment)))
        Console().print(f"drawn: {page.relative_to(ROOT)}")
