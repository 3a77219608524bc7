"""A small application as a system applies it to EKS: whatever waits, holds or refers, once."""

from typing import Any

Manifest = dict[str, Any]
NAMESPACE = "shop"
LABELS = {"app.kubernetes.io/name": "web"}


def manifest(
    kind: str, name: str, *, version: str = "v1", namespace: str | None = NAMESPACE, **rest: Any
) -> Manifest:
    """One object."""
    place = {} if namespace is None else {"namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **place}, **rest}


def pods(**spec: Any) -> Manifest:
    """A pod template of the application."""
    container = {
        "name": "web",
        "image": "docker.io/library/nginx:1.31.3",
        "ports": [{"name": "http", "containerPort": 8080}],
        "envFrom": [{"configMapRef": {"name": "web"}}],
        "env": [
            {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "web-secrets", "key": "KEY"}}},
        ],
        "volumeMounts": [{"name": "files", "mountPath": "/files"}],
    }
    return {
        "metadata": {"labels": LABELS},
        "spec": {
            "serviceAccountName": "web",
            "containers": [container],
            "volumes": [{"name": "files", "persistentVolumeClaim": {"claimName": "files"}}],
            **spec,
        },
    }


def claim(name: str, *, storage_class: str | None = "efs") -> Manifest:
    """A claim; left out, `storage_class` is the default one."""
    return manifest(
        "PersistentVolumeClaim",
        name,
        spec={
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "20Gi"}},
            **({"storageClassName": storage_class} if storage_class else {}),
        },
    )


def config(**data: str) -> Manifest:
    """The ConfigMap."""
    return manifest("ConfigMap", "web", data=data)


DEPLOYMENT = manifest(
    "Deployment",
    "web",
    version="apps/v1",
    spec={"replicas": 2, "selector": {"matchLabels": LABELS}, "template": pods()},
)
BALANCED = manifest(
    "Service",
    "web",
    spec={
        "type": "LoadBalancer",
        "loadBalancerClass": "service.k8s.aws/nlb",
        "selector": LABELS,
        "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
    },
)
INGRESS = manifest(
    "Ingress",
    "web",
    version="networking.k8s.io/v1",
    spec={
        "ingressClassName": "alb",
        "defaultBackend": {"service": {"name": "web", "port": {"name": "http"}}},
    },
)
STORE = manifest(
    "SecretStore",
    "aws",
    version="external-secrets.io/v1",
    spec={"provider": {"aws": {"service": "SecretsManager", "region": "us-east-1"}}},
)
SECRET = manifest(
    "ExternalSecret",
    "web",
    version="external-secrets.io/v1",
    spec={
        "secretStoreRef": {"name": "aws", "kind": "SecretStore"},
        "target": {"name": "web-secrets"},
        "data": [{"secretKey": "KEY", "remoteRef": {"key": "aegisai-dev/web", "property": "KEY"}}],
    },
)
APPLICATION = [
    manifest("Namespace", NAMESPACE, namespace=None),
    manifest("ServiceAccount", "web"),
    STORE,
    SECRET,
    claim("files"),
    config(COLOUR="red"),
    BALANCED,
    DEPLOYMENT,
    INGRESS,
]
"""In the order of applying."""
