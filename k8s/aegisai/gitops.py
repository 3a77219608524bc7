"""Argo CD applies what stands in Git, and what it may not delete."""

from cdk8s import ApiObject, Chart
from constructs import Construct

from k8s.component import Installation
from k8s.gitops import Application
from settings.kubernetes import GitopsSettings

KEPT_KINDS = ("Namespace", "PersistentVolumeClaim")


def add_application(
    scope: Construct, *, installation: Installation, settings: GitopsSettings, cascade: bool
) -> None:
    """The Application over the folder that `make manifests` writes and somebody commits.

    cascade: what it applied goes with it.
    """
    Application(
        scope,
        installation=installation,
        repository=settings.repository,
        path=settings.path,
        revision=settings.revision,
        argo_namespace=settings.namespace,
        project=settings.project,
        automatic=settings.automatic,
        cascade=cascade,
    )


def keep_from_argo(chart: Chart) -> None:
    """Argo CD deletes neither the claims nor the namespace that they are in, whatever happens to its Application."""
    for each in chart.node.find_all():
        if isinstance(each, ApiObject) and each.kind in KEPT_KINDS:
            each.metadata.add_annotation("argocd.argoproj.io/sync-options", "Delete=false,Prune=false")
