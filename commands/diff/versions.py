"""Versions of what holds data: none of them goes down again, and some are not read by another major."""

import re
from collections.abc import Iterator
from typing import Any

from commands.manifest_files import Object

PROPERTIES = {
    "AWS::DocDB::DBCluster": "EngineVersion",
    "AWS::EKS::Cluster": "Version",
    "AWS::ElastiCache::CacheCluster": "EngineVersion",
    "AWS::ElastiCache::ReplicationGroup": "EngineVersion",
    "AWS::ElastiCache::ServerlessCache": "MajorEngineVersion",
    "AWS::Neptune::DBCluster": "EngineVersion",
    "AWS::RDS::DBCluster": "EngineVersion",
    "AWS::RDS::DBInstance": "EngineVersion",
    "AWS::RDS::GlobalCluster": "EngineVersion",
}
"""By its type, the property with the version that AWS refuses to take down."""
MAJOR_BY_HAND = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance", "AWS::RDS::GlobalCluster")
"""Those that a template alone does not take to another major version, or for good."""
NEVER_DOWN = "it never goes down again, AWS refuses the update"
OWN_FILES = {
    "postgres": "another major does not read the files of the one before: restore a dump into a new volume"
}
"""Images whose data no other major reads, neither a later nor an earlier one."""
LATER_FILES = "an earlier major does not read the files of a later one"
TAGGED = re.compile(r"(?P<repository>[^@]+):(?P<tag>v?\d[^/:@]*)(@.*)?")


def is_lower(old: str, new: str) -> bool:
    """Whether a version is below another, as far as both say: `16` is not below `16.4`."""
    for before, after in zip(_numbers(old), _numbers(new), strict=False):
        if before != after:
            return after < before
    return False


def unreadable(old: Object, new: Object) -> str | None:
    """Why the containers of a workload with volumes would no longer read what is in them."""
    before = dict(_images(old))
    for name, (repository, tag) in _images(new):
        earlier, was = before.get(name, ("", ""))
        if earlier.rpartition("/")[2] != repository.rpartition("/")[2] or _major(was) == _major(tag):
            continue
        if why := OWN_FILES.get(repository.rpartition("/")[2]):
            return f"image {was} → {tag}: {why}"
        if is_lower(was, tag):
            return f"image {was} → {tag}: {LATER_FILES}"
    return None


def _images(workload: Object) -> Iterator[tuple[str, tuple[str, str]]]:
    """Container → repository and tag of its image; of one without a version nothing is known."""
    pod: dict[str, Any] = ((workload.get("spec") or {}).get("template") or {}).get("spec") or {}
    for container in pod.get("containers") or ():
        if found := TAGGED.fullmatch(str(container.get("image"))):
            yield container.get("name", ""), (found["repository"], found["tag"])


def _major(tag: str) -> int:
    return next(iter(_numbers(tag)))


def _numbers(version: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", version)]
