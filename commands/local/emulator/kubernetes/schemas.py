"""What the API server would say to the fields of an object of Kubernetes itself."""

from collections.abc import Mapping
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "FlowSchema",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttributesClass",
    }
)
"""Kinds of Kubernetes itself that have no namespace; its schemas do not say it."""


class UnknownKind(Exception):
    """Kubernetes of this version has no such kind."""


class Schemas:
    """Judges by the schemas of one Kubernetes version, strictly: a field that is not there is an error.

    note: for people, why schemas.
    """

    def __init__(self, version: str, *, note: str | None = None) -> None:
        self.version = version
        self.name = f"the schemas of Kubernetes {version}{f' ({note})' if note else ''}"

    def check(self, manifest: Mapping[str, Any]) -> str | None:
        """The first field that is wrong; raises `UnknownKind`."""
        try:
            kubernetes_validate.validate(dict(manifest), self.version, strict=True)
        except kubernetes_validate.ValidationError as error:
            return f"{'.'.join(map(str, error.path)) or 'the object'}: {error.message}"
        except kubernetes_validate.SchemaNotFoundError as error:
            raise UnknownKind from error
        return None

    def apply(self, _manifest: Mapping[str, Any]) -> None:
        """Nothing: the record keeps it."""

    def delete(self, _manifest: Mapping[str, Any]) -> None:
        """Nothing: the record keeps it no longer."""
