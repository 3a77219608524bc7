"""Identity of an object: its construct id says kind, namespace and name, its labels say what it belongs to."""

from collections.abc import Mapping
from typing import Any

from cdk8s import ApiObject, ApiObjectMetadata, JsonPatch
from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component


def construct_id(kind: str, component: Component, name: str | None = None) -> str:
    """Kind, namespace and name, so that no object is applied under a new id and deleted under the old one."""
    return f"{kind}-{component.namespace}-{name or component.name}"


def metadata(
    component: Component,
    name: str | None = None,
    *,
    annotations: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> k8s.ObjectMeta:
    """Name, namespace and labels of an object of the component; named like it unless told otherwise."""
    return k8s.ObjectMeta(
        name=name or component.name,
        namespace=component.namespace,
        labels={**component.labels, **(labels or {})},
        annotations=dict(annotations) if annotations else None,
    )


class PlainObject(ApiObject):
    """An object whose fields are given as the API spells them: custom resources, and what is newer than cdk8s-plus."""

    def __init__(
        self,
        scope: Construct,
        *,
        api_version: str,
        kind: str,
        component: Component,
        name: str | None = None,
        annotations: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        fields: Mapping[str, Any],
    ) -> None:
        """fields: what stands beside `metadata`, usually `spec` alone."""
        super().__init__(
            scope,
            construct_id(kind, component, name),
            api_version=api_version,
            kind=kind,
            metadata=ApiObjectMetadata(
                name=name or component.name,
                namespace=component.namespace,
                labels={**component.labels, **(labels or {})},
                annotations=dict(annotations) if annotations else None,
            ),
        )
        for field, value in fields.items():
            self.add_json_patch(JsonPatch.add(f"/{field}", value))
