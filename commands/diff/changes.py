"""What changes in a deployment, in the words of its readers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from commands.stateful import HOLDS_DATA

HIDDEN = "a value that is not shown"


class Impact(StrEnum):
    """What becomes of a resource, the gravest first."""

    replaced = "replaced"
    may_be_replaced = "may be replaced"
    removed = "removed"
    changed = "changed"
    follows = "updated because of what is replaced"
    added = "added"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value that differs; `old` or `new` is None where there is none, and `HIDDEN` where nobody may read it."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why a resource is replaced: a property of its own, and the replaced resources that it refers to, if any."""

    property: str
    because: tuple[str, ...] = ()
    is_certain: bool = True
    """Whether it replaces whatever the values are; of some properties AWS decides at the update."""


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """A resource that does not stay as it is."""

    address: str
    kind: str
    impact: Impact
    differences: tuple[Difference, ...] = ()
    causes: tuple[Cause, ...] = ()
    kept: str | None = None
    """The policy by which what was there, or a snapshot of it, outlives the change."""
    weakened: tuple[Difference, ...] = ()
    """Policies that kept data so far and no longer do."""
    doubts: tuple[str, ...] = ()
    """What the specification of AWS's resources does not know, so that the judgement may be wrong."""
    lost: str | None = None
    """Why its data goes, or the update fails, though no property surely replaces it."""

    @property
    def holds_data(self) -> bool:
        """Whether its loss is a loss of data; of a nested stack, what is in it speaks for itself."""
        return self.kind in HOLDS_DATA - {"AWS::CloudFormation::Stack"}

    @property
    def loses_data(self) -> bool:
        """Whether data is no longer where the deployment looks for it, or an update fails that would see to it."""
        return self.holds_data and (self.impact in (Impact.replaced, Impact.removed) or bool(self.lost))


@dataclass(frozen=True, kw_only=True)
class CodeChange:
    """Functions that get other code, and the files that differ, each with `+`, `-` or `~`."""

    functions: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A statement, managed policy or security-group rule that comes (`+`) or goes (`-`)."""

    sign: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ManifestChange:
    """A Kubernetes object; `lost` says why it, or its data, is gone or must be deleted, if so.

    `address` is `Kind/namespace/name`, after `resource:` where a resource of the template applies the object.
    """

    address: str
    impact: Impact
    differences: tuple[Difference, ...] = ()
    lost: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeploymentChange:
    """Everything that changes in one deployment."""

    deployment: str
    is_new: bool = False
    is_gone: bool = False
    resources: tuple[ResourceChange, ...] = ()
    code: tuple[CodeChange, ...] = ()
    iam: tuple[Permission, ...] = ()
    security_groups: tuple[Permission, ...] = ()
    parameters: tuple[Difference, ...] = ()
    outputs: tuple[Difference, ...] = ()
    others: tuple[Difference, ...] = ()
    manifests: tuple[ManifestChange, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether everything stays as it is."""
        parts = (self.resources, self.code, self.parameters, self.outputs, self.others, self.manifests)
        return not (self.is_new or self.is_gone or any(parts))

    def with_impact(self, impact: Impact) -> tuple[ResourceChange, ...]:
        """The resources of which this becomes."""
        return tuple(each for each in self.resources if each.impact is impact)
