"""Who may open a connection to whom in a deployment of AegisAI on EKS, as data; between pods the manifests say it."""

from collections.abc import Iterator

from constructs.network.access_rules import Allow
from settings.aegisai import POSTGRESQL_PORT, REDIS_PORT
from settings.aegisai_eks import AegisAIOnEks

NFS = 2049


def access_rules(settings: AegisAIOnEks, *, file_system: bool) -> Iterator[Allow]:
    """Around the nodes; the load balancer's way to the pods is the controller's.

    file_system: whether the shared storage is on EFS.
    """
    yield Allow(to="control_plane", port=443, source="nodes", why="the Kubernetes API from nodes and pods")
    yield Allow(to="control_plane", port=443, source="kubectl", why="the Kubernetes API from CloudFormation")
    if file_system:
        yield Allow(to="file_system", port=NFS, source="nodes", why="NFS from the pods")
    if settings.postgresql.hosted == "aurora":
        yield Allow(to="database", port=POSTGRESQL_PORT, source="nodes", why="PostgreSQL from the pods")
    if settings.redis.hosted == "elasticache":
        yield Allow(to="cache", port=REDIS_PORT, source="nodes", why="Valkey from the pods")
