"""What the templates say stays when the stack goes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from commands.destroy_check.model import Charge, Left
from commands.flattened import Template
from commands.protections import denies_deletion, of_resource
from commands.stateful import retained

SNAPSHOTS = "cluster snapshots"
RECOVERY_POINTS = "recovery points"
LOG_GROUP = "AWS::Logs::LogGroup"
KEEPING = {
    "AWS::EFS::FileSystem": ("files", None),
    "AWS::KMS::Key": ("kms_key", Decimal(1)),
    "AWS::KMS::ReplicaKey": ("kms_key", Decimal(1)),
    LOG_GROUP: ("logs", None),
    "AWS::RDS::DBCluster": ("aurora_backup", None),
    "AWS::S3::Bucket": ("bucket", None),
    "AWS::SecretsManager::Secret": ("secret", Decimal(1)),
}
"""Resource type → price and amount. What is not here costs nothing when nobody uses it, or is not priced."""
RETAINED, LAST_SNAPSHOT = "the template retains it", "a last snapshot is taken"
POINTS = ("files_backup", "aurora_backup", "bucket_backup")
DEFAULT_WINDOW_DAYS = 30
"""KMS's own, where the template names none."""


def left(template: Template, deployment: str) -> list[Left]:
    """What outlives a stack of this template (see `commands.flattened`), in the order of the template."""
    return [
        *_retained(template),
        *_snapshots(template, deployment),
        *_recovery_points(template),
        *_logs_of_services(template),
        *_pending_keys(template),
    ]


def _retained(template: Template) -> Iterator[Left]:
    for each in retained(template):
        resource = template["Resources"][each.address]
        properties = resource.get("Properties", {})
        replicas = [replica["Region"] for replica in properties.get("ReplicaRegions", [])]
        price, amount = KEEPING.get(each.kind, (None, None))
        if amount is not None:
            amount += len(replicas)
        why = LAST_SNAPSHOT if each.policy == "Snapshot" else RETAINED
        if replicas:
            why += f", with its replica in {', '.join(map(str, replicas))}"
        if each.policy != "Snapshot":
            why = "; ".join([why, *_hold(each.address, resource)])
        charges = (Charge(price=price, amount=amount),) if price else ()
        yield Left(name=each.address, kind=each.kind, why=why, charges=charges)


def _hold(address: str, resource: Template) -> Iterator[str]:
    """What is in the way of who removes it by hand later."""
    yield from (f"under {each.what}" for each in of_resource(address, resource))
    if denies_deletion(resource):
        yield "its policy lets nobody delete recovery points"


def _snapshots(template: Template, deployment: str) -> Iterator[Left]:
    for _ in of_type(template, "Custom::ClusterSnapshot"):
        yield Left(
            name=f"{deployment}-before-*",
            kind=SNAPSHOTS,
            why="taken before each upgrade, kept until somebody deletes them",
            charges=(Charge(price="aurora_backup"),),
        )


def _recovery_points(template: Template) -> Iterator[Left]:
    stays = any(each.kind == "AWS::Backup::BackupVault" for each in retained(template))
    locked = any("LockConfiguration" in vault for _, vault in of_type(template, "AWS::Backup::BackupVault"))
    for address, plan in of_type(template, "AWS::Backup::BackupPlan"):
        for rule in plan["BackupPlan"]["BackupPlanRule"]:
            if stays or locked:
                yield _points(address, f"the vault stays{_days(rule)}")
            for copy in rule.get("CopyActions", []):
                yield _points(str(copy["DestinationBackupVaultArn"]), f"copies elsewhere{_days(copy)}")


def _points(name: str, why: str) -> Left:
    charges = tuple(Charge(price=price) for price in POINTS)
    return Left(name=name, kind=RECOVERY_POINTS, why=why, charges=charges)


def _days(rule: dict[str, Any]) -> str:
    days = rule.get("Lifecycle", {}).get("DeleteAfterDays")
    return f"; each goes {days} days after it was made" if days else "; for ever"


def _logs_of_services(template: Template) -> Iterator[Left]:
    """Groups that no template has, so that nothing deletes them."""
    charges = (Charge(price="logs"),)
    for address, cluster in of_type(template, "AWS::ECS::Cluster"):
        insights = {each["Name"]: each["Value"] for each in cluster.get("ClusterSettings", [])}
        if insights.get("containerInsights", "disabled") != "disabled":
            name = f"/aws/ecs/containerinsights/{{{address}}}/performance"
            yield Left(name=name, kind=LOG_GROUP, why="Container Insights makes it", charges=charges)
    for address, function in of_type(template, "AWS::Lambda::Function"):
        if "LogGroup" not in function.get("LoggingConfig", {}):
            name = f"/aws/lambda/{{{address}}}"
            yield Left(name=name, kind=LOG_GROUP, why="Lambda makes it", charges=charges)


def _pending_keys(template: Template) -> Iterator[Left]:
    stay = {each.address for each in retained(template)}
    windows = [
        int(key.get("PendingWindowInDays", DEFAULT_WINDOW_DAYS))
        for address, key in of_type(template, "AWS::KMS::Key")
        if address not in stay
    ]
    for window in sorted(set(windows)):
        yield Left(
            name=f"{windows.count(window)} × key",
            kind="AWS::KMS::Key",
            why=f"pending deletion for {window} days, free of charge",
            pending=True,
        )


def of_type(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Address and properties of each resource of the type."""
    for address, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield address, resource.get("Properties", {})
