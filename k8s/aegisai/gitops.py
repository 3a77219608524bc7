"""Argo CD applies what stands in Git."""

from constructs import Construct

from k8s.component import Installation
from k8s.gitops import Application
from settings.kubernetes import GitopsSettings


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
