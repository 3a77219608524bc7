"""EC2 and EKS: Kubernetes versions and instance types that the region offers, volumes that can be encrypted."""

from collections.abc import Iterator

from commands.account.reading import Account
from commands.preflight.capacity import instances
from commands.preflight.findings import Finding, failed, ok, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check
from commands.preflight.tiers import tiers

TYPES, VOLUMES = "instance types", "encryption of volumes"
WITH_VOLUMES = ("AWS::EC2::Instance", "AWS::EC2::LaunchTemplate", "AWS::EC2::Volume", "AWS::EKS::Nodegroup")


def kubernetes(account: Account, needs: Needs) -> Iterator[Finding]:
    """The version of each cluster is offered, in standard support."""
    for _, cluster in needs.of("AWS::EKS::Cluster"):
        version = needs.text(cluster.get("Version"))
        if version is None:
            continue
        name = f"Kubernetes {version}"
        offered = account.each("eks", "describe_cluster_versions", "clusterVersions")
        status = {each["clusterVersion"]: each.get("versionStatus", "STANDARD_SUPPORT") for each in offered}
        if status.get(version) == "STANDARD_SUPPORT":
            yield ok(name, "is offered, in standard support")
        elif status.get(version) == "EXTENDED_SUPPORT":
            yield warning(name, "is in extended support, which costs more", "use a later version")
        else:
            usable = sorted(each for each, how in status.items() if how == "STANDARD_SUPPORT")
            yield failed(name, f"{account.region} does not offer it", f"use one of {', '.join(usable)}")


def types(account: Account, needs: Needs) -> Iterator[Finding]:
    """Each type of instance is offered in the zones of the subnets."""
    wanted = sorted({each.type for each in instances(needs) if each.type})
    if not wanted:
        return
    zones = {needs.text(each.get("AvailabilityZone")) for _, each in needs.of("AWS::EC2::Subnet")} - {None}
    if given := tiers(needs).subnets:
        by_id = [{"Name": "subnet-id", "Values": list(given)}]
        found = account.each("ec2", "describe_subnets", "Subnets", Filters=by_id)
        zones |= {each["AvailabilityZone"] for each in found}
    offerings = account.each(
        "ec2",
        "describe_instance_type_offerings",
        "InstanceTypeOfferings",
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": wanted}],
    )
    for type_ in wanted:
        there = {each["Location"] for each in offerings if each["InstanceType"] == type_}
        absent = sorted(str(zone) for zone in zones - there)
        if absent or not there:
            found_ = f"{type_} is not offered in {', '.join(absent) or account.region}"
            yield failed(
                TYPES, found_, f"use another type, or zones of {', '.join(sorted(there)) or 'another region'}"
            )
        else:
            yield ok(TYPES, f"{type_} is offered in {', '.join(sorted(map(str, zones or there)))}")


def volumes(account: Account, needs: Needs) -> Iterator[Finding]:
    """The key that volumes are encrypted with by default can be used."""
    if not any(needs.of(*WITH_VOLUMES)):
        return
    default = account.read("ec2", "get_ebs_default_kms_key_id")["KmsKeyId"]
    if default.startswith("alias/aws/"):
        yield ok(VOLUMES, f"the default key is {default}")
        return
    key = account.read("kms", "describe_key", missing=("NotFoundException",), KeyId=default)
    state = "missing" if key is None else key["KeyMetadata"]["KeyState"]
    if state == "Enabled":
        yield ok(VOLUMES, f"the default key {default} is enabled")
    else:
        remedy = "aws ec2 modify-ebs-default-kms-key-id, or enable the key"
        yield failed(VOLUMES, f"the default key {default} is {state}", remedy)


CHECKS = (Check("Kubernetes version", kubernetes), Check(TYPES, types), Check(VOLUMES, volumes))
