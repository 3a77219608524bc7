"""Argo CD keeps the cluster at what stands in a Git repository."""

from cdk8s import ApiObject, ApiObjectMetadata, JsonPatch
from constructs import Construct

from k8s.component import Installation

CASCADE = "resources-finalizer.argocd.argoproj.io/foreground"
"""With the path, which says what is the default: the API server warns of a finalizer without one."""


class Application(ApiObject):
    """The manifests of one deployment, as `make manifests` writes them into the repository."""

    def __init__(
        self,
        scope: Construct,
        *,
        installation: Installation,
        repository: str,
        path: str,
        revision: str,
        argo_namespace: str = "argocd",
        project: str = "default",
        prune: bool = False,
        automatic: bool = True,
        cascade: bool = False,
    ) -> None:
        """
        Args:
            installation: Whose namespace is kept; the Application has its deployment's name.
            repository: Address of the Git repository.
            path: Folder in it with the kustomization.
            revision: Branch, tag or commit.
            argo_namespace: Where Argo CD runs.
            project: Of Argo CD.
            prune: Whether what leaves the repository leaves the cluster.
            automatic: Apply what is committed and put right what is changed by hand. Else somebody presses Sync.
            cascade: Delete what was applied when the Application is deleted, load balancers among it.
        """
        super().__init__(
            scope,
            f"Application-{argo_namespace}-{installation.deployment}",
            api_version="argoproj.io/v1alpha1",
            kind="Application",
            metadata=ApiObjectMetadata(
                name=installation.deployment,
                namespace=argo_namespace,
                labels=installation.labels,
                finalizers=[CASCADE] if cascade else None,
            ),
        )
        spec = {
            "project": project,
            "source": {"repoURL": repository, "path": path, "targetRevision": revision},
            "destination": {
                "server": "https://kubernetes.default.svc",
                "namespace": installation.namespace,
            },
            "syncPolicy": {
                **({"automated": {"prune": prune, "selfHeal": True}} if automatic else {}),
                # custom resources are larger than what client-side apply notes in an annotation
                "syncOptions": ["ServerSideApply=true"],
            },
        }
        self.add_json_patch(JsonPatch.add("/spec", spec))
