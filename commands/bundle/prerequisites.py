"""What must be there before a deployment: each thing that the template names and does not make."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from commands.bundle.known import values
from commands.destroy_check.from_template import of_type
from commands.flattened import Template

EXAMPLE = re.compile(r"0123456789|01234567-89ab|0{8}|111122223333|123456789012")
"""What identifiers in examples are made of; the last two are the accounts of AWS's own examples."""
NETWORK = re.compile(r"\b(?:vpc|subnet)-[0-9a-f]{8,17}\b")
GIVEN = {
    r"acm:(?P<region>[\w-]+):\d{12}:certificate/[\w-]+": (
        "Issued certificate",
        "aws acm describe-certificate --query Certificate.Status --region {region} --certificate-arn {arn}",
    ),
    r"backup:(?P<region>[\w-]+):\d{12}:backup-vault:(?P<name>[\w-]+)": (
        "Backup vault that takes the copies",
        "aws backup describe-backup-vault --region {region} --backup-vault-name {name}",
    ),
    r"elasticfilesystem:(?P<region>[\w-]+):\d{12}:file-system/(?P<name>fs-\w+)": (
        "File system",
        "aws efs describe-file-systems --region {region} --file-system-id {name}",
    ),
    r"kms:(?P<region>[\w-]+):\d{12}:key/[\w-]+": (
        "Key",
        "aws kms describe-key --region {region} --key-id {arn}",
    ),
    r"rds:(?P<region>[\w-]+):\d{12}:cluster-snapshot:[\w-]+": (
        "Snapshot of the database",
        "aws rds describe-db-cluster-snapshots --region {region} --db-cluster-snapshot-identifier {arn}",
    ),
    r"secretsmanager:(?P<region>[\w-]+):\d{12}:secret:[\w/+=.@-]+": (
        "Secret",
        "aws secretsmanager describe-secret --region {region} --secret-id {arn}",
    ),
}
"""What a literal ARN may name, without its partition → what it is, and the command that tells whether it is there."""


@dataclass(frozen=True, kw_only=True)
class Prerequisite:
    """`what` must be there, `look` is the command that tells; `is_example` where nobody has it."""

    what: str
    look: str = ""
    is_example: bool = False


def prerequisites(template: Template) -> list[Prerequisite]:
    """What a template (see `commands.flattened`) takes for granted, as it is by default."""
    found = (_zones, _arns, _network, _regions, _engines, _kubernetes, _backup)
    return [each for look in found for each in look(template)]


def _zones(template: Template) -> Iterator[Prerequisite]:
    known, names = values(template), dict[str, set[str]]()
    pairs = [
        *(
            (each.get("HostedZoneId"), each.get("Name"))
            for _, each in of_type(template, "AWS::Route53::RecordSet")
        ),
        *(
            (option.get("HostedZoneId"), option.get("DomainName"))
            for _, each in of_type(template, "AWS::CertificateManager::Certificate")
            for option in each.get("DomainValidationOptions", [])
        ),
    ]
    for zone, name in pairs:
        if (id_ := known.text(zone)) is not None:
            names.setdefault(id_, set()).add((known.text(name) or "its name").rstrip("."))
    for zone, hosts in names.items():
        yield Prerequisite(
            what=f"Hosted zone `{zone}`: public, of this account, delegated to from its parent, and without a "
            f"record {', '.join(f'`{host}`' for host in sorted(hosts))}",
            look=f"aws route53 get-hosted-zone --id {zone}",
            is_example=bool(EXAMPLE.search(zone)),
        )


def _arns(template: Template) -> Iterator[Prerequisite]:
    text = json.dumps([template["Resources"], template.get("Parameters", {})])
    for pattern, (noun, look) in GIVEN.items():
        for found in {each[0]: each for each in re.finditer(rf"arn:aws[\w-]*:{pattern}", text)}.values():
            yield Prerequisite(
                what=f"{noun} `{found[0]}`, in {found['region']}",
                look=look.format(arn=found[0], **found.groupdict()),
                is_example=bool(EXAMPLE.search(found[0])),
            )


def _network(template: Template) -> Iterator[Prerequisite]:
    found = sorted(set(NETWORK.findall(json.dumps(template["Resources"]))))
    vpcs, subnets = ([each for each in found if each.startswith(kind)] for kind in ("vpc", "subnet"))
    for kind, option, ids in (("VPC", "vpc", vpcs), ("Subnets", "subnet", subnets)):
        if ids:
            named = ", ".join(f"`{each}`" for each in ids)
            more = ", with DNS host names and resolution" if kind == "VPC" else ", routed as docs/ says"
            yield Prerequisite(
                what=f"{kind} {named}{more}",
                look=f"aws ec2 describe-{option}s --{option}-ids {' '.join(ids)}",
                is_example=any(EXAMPLE.search(each) for each in ids),
            )


def _regions(template: Template) -> Iterator[Prerequisite]:
    """Tables by region, such as the certificate authorities of Amazon RDS."""
    used = json.dumps(template["Resources"])
    for name, table in template.get("Mappings", {}).items():
        if f'"Fn::FindInMap": ["{name}", {{"Ref": "AWS::Region"}}' in used:
            yield Prerequisite(
                what=f"One of the {len(table)} regions of which it has data: {', '.join(sorted(table))}"
            )


def _engines(template: Template) -> Iterator[Prerequisite]:
    known = values(template)
    for _, cluster in of_type(template, "AWS::RDS::DBCluster"):
        engine, version = known.text(cluster.get("Engine")), known.text(cluster.get("EngineVersion"))
        if engine and version:
            yield Prerequisite(
                what=f"`{engine}` {version} offered in the region",
                look="aws rds describe-db-engine-versions --query 'DBEngineVersions[].EngineVersion'"
                f" --engine {engine} --engine-version {version}",
            )


def _kubernetes(template: Template) -> Iterator[Prerequisite]:
    known = values(template)
    versions = [known.text(each.get("Version")) for _, each in of_type(template, "AWS::EKS::Cluster")]
    for _, addon in of_type(template, "AWS::EKS::Addon"):
        name, version = known.text(addon.get("AddonName")), known.text(addon.get("AddonVersion"))
        if version and versions:
            yield Prerequisite(
                what=f"Add-on `{name}` {version} offered for Kubernetes {versions[0]}",
                look="aws eks describe-addon-versions --query 'addons[].addonVersions[].addonVersion'"
                f" --kubernetes-version {versions[0]} --addon-name {name}",
            )
    spot = [
        each for _, each in of_type(template, "AWS::EKS::Nodegroup") if each.get("CapacityType") == "SPOT"
    ]
    if spot:
        yield Prerequisite(
            what="The role of EC2 Spot, where the organisation forbids AWS to make it at first use",
            look="aws iam get-role --role-name AWSServiceRoleForEC2Spot",
        )


def _backup(template: Template) -> Iterator[Prerequisite]:
    if any(True for _ in of_type(template, "AWS::Backup::BackupPlan")):
        yield Prerequisite(
            what="AWS Backup switched on for what is backed up (Aurora, EFS, S3); else it makes no recovery points",
            look="aws backup describe-region-settings",
        )
