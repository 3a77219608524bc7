"""Versions of Aurora and Valkey: offered in the region, with the capacity that is asked for."""

import re
from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok
from commands.preflight.needs import Needs
from commands.preflight.run import Check

AURORA, INSTANCES, CACHE = "database engine", "database instances", "cache engine"


def aurora(account: Account, needs: Needs) -> Iterator[Finding]:
    """Engine version, capacity and parameter family of each cluster."""
    for address, cluster in needs.of("AWS::RDS::DBCluster"):
        engine, version = needs.text(cluster.get("Engine")), needs.text(cluster.get("EngineVersion"))
        if engine is None or version is None:
            continue
        name = f"{engine} {version}"
        if version == _running(account, needs, address):
            yield ok(name, "is what the database runs")
            continue
        offered = account.each(
            "rds",
            "describe_db_engine_versions",
            "DBEngineVersions",
            missing=("InvalidParameterCombination", "InvalidParameterValue"),
            Engine=engine,
            EngineVersion=version,
        )
        if not offered:
            others = account.each("rds", "describe_db_engine_versions", "DBEngineVersions", Engine=engine)
            near = _of_major(version, others)
            remedy = f"set database.engine_version to one of {', '.join(near) or 'another major'}"
            yield failed(name, f"{account.region} does not offer it", remedy)
        else:
            yield _fits(needs, name, cluster, offered[0])


def _running(account: Account, needs: Needs, address: str) -> str | None:
    """The version of the cluster that exists."""
    cluster = needs.deployed.physical_id(address)
    if cluster is None:
        return None
    found = account.each("rds", "describe_db_clusters", "DBClusters", DBClusterIdentifier=cluster)
    return str(found[0]["EngineVersion"])


def _of_major(version: str, offered: list[dict[str, Any]]) -> list[str]:
    """The plain versions of the same major."""
    versions = {each["EngineVersion"] for each in offered}
    major, _, _ = version.partition(".")
    return sorted(
        (each for each in versions if re.fullmatch(rf"{major}\.\d+", each)),
        key=lambda each: int(each.split(".")[1]),
    )


def _fits(needs: Needs, name: str, cluster: dict[str, Any], offered: dict[str, Any]) -> Finding:
    scaling, limits = (
        cluster.get("ServerlessV2ScalingConfiguration", {}),
        offered.get("ServerlessV2FeaturesSupport", {}),
    )
    least, most = (
        needs.values.number(scaling.get("MinCapacity")),
        needs.values.number(scaling.get("MaxCapacity")),
    )
    floor, ceiling = limits.get("MinCapacity"), limits.get("MaxCapacity")
    if None not in (least, floor) and float(least or 0) < float(floor):
        remedy = f"set database.min_capacity to {floor:g} or more, or another engine_version"
        return failed(name, f"takes {floor:g} capacity units at least, and {least:g} are asked for", remedy)
    if None not in (most, ceiling) and float(most or 0) > float(ceiling):
        remedy = f"set database.max_capacity to {ceiling:g} or less, or another engine_version"
        return failed(name, f"takes {ceiling:g} capacity units at most, and {most:g} are asked for", remedy)
    families = {needs.text(each.get("Family")) for _, each in needs.of("AWS::RDS::DBClusterParameterGroup")}
    family = offered.get("DBParameterGroupFamily")
    if families and family and family not in families:
        return failed(
            name, f"is of the family {family}", "use an engine_version of the parameter group's family"
        )
    if offered.get("Status", "available") == "deprecated":
        return failed(name, "is deprecated, and makes no new cluster", "use a later database.engine_version")
    said = (
        f"is offered, {floor:g} to {ceiling:g} capacity units"
        if None not in (floor, ceiling)
        else "is offered"
    )
    return ok(name, said)


def classes(account: Account, needs: Needs) -> Iterator[Finding]:
    """The class of instance is offered with the engine, in two zones at least."""
    clusters = dict(needs.of("AWS::RDS::DBCluster"))
    wanted: dict[tuple[str, str, str], None] = {}
    for _, instance in needs.new("AWS::RDS::DBInstance"):
        cluster = clusters.get((instance.get("DBClusterIdentifier") or {}).get("Ref", ""), {})
        keys = (instance.get("Engine"), cluster.get("EngineVersion"), instance.get("DBInstanceClass"))
        engine, version, class_ = (needs.text(key) for key in keys)
        if engine and version and class_:
            wanted[engine, version, class_] = None
    for engine, version, class_ in wanted:
        options = account.each(
            "rds",
            "describe_orderable_db_instance_options",
            "OrderableDBInstanceOptions",
            missing=("InvalidParameterCombination", "InvalidParameterValue"),
            Engine=engine,
            EngineVersion=version,
            DBInstanceClass=class_,
        )
        zones = sorted({zone["Name"] for option in options for zone in option.get("AvailabilityZones", [])})
        if len(zones) < 2:
            found = f"{class_} with {engine} {version} is offered in {', '.join(zones) or 'no zone'}"
            yield failed(INSTANCES, found, "use another region or database.engine_version")
        else:
            yield ok(INSTANCES, f"{class_} is offered in {', '.join(zones)}")


def cache(account: Account, needs: Needs) -> Iterator[Finding]:
    """Engine and major version of each serverless cache."""
    for _, each in needs.of("AWS::ElastiCache::ServerlessCache"):
        engine, major = needs.text(each.get("Engine")), needs.text(each.get("MajorEngineVersion"))
        if engine is None or major is None:
            continue
        name = f"{engine} {major}"
        found = account.each(
            "elasticache", "describe_cache_engine_versions", "CacheEngineVersions", Engine=engine
        )
        versions = [one["EngineVersion"] for one in found]
        if any(version.partition(".")[0] == major for version in versions):
            yield ok(name, "is offered")
        else:
            offered = ", ".join(sorted({version.partition(".")[0] for version in versions})) or "none"
            yield failed(
                name, f"{account.region} offers {offered}", "set cache.engine_version to one of these"
            )


CHECKS = (
    Check(AURORA, aurora),
    Check(INSTANCES, classes),
    Check(CACHE, cache),
)
