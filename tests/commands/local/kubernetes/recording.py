"""Recorders as the tests want them."""

from commands.local.emulator.kubernetes.definitions import CHARTS
from commands.local.emulator.kubernetes.record import Record, Release
from commands.local.emulator.kubernetes.recorder import Api, Recorder
from commands.local.emulator.kubernetes.schemas import Schemas
from tests.commands.local.kubernetes.application import APPLICATION, NAMESPACE, manifest

VERSION = "1.36"
OWNER = "ManifestsOne"
CLASS = manifest(
    "StorageClass",
    "efs",
    version="storage.k8s.io/v1",
    namespace=None,
    provisioner="efs.csi.aws.com",
    reclaimPolicy="Delete",
)
GP3 = manifest(
    "StorageClass", "gp3", version="storage.k8s.io/v1", namespace=None, provisioner="ebs.csi.aws.com"
)
SHOP = manifest("Namespace", NAMESPACE, namespace=None)


def recorder(*, addons: tuple[str, ...] = (), nodes: int = 1, api: Api | None = None) -> Recorder:
    identities = [("kube-system", name) for name, brought in CHARTS.items() if brought.calls_aws]
    return Recorder(
        Record(cluster="test", version=VERSION),
        api or Schemas(VERSION),
        addons=addons,
        nodes=nodes,
        identities=[*identities, ("secrets", "external-secrets"), ("external-secrets", "external-secrets")],
    )


def release(chart: str, *, namespace: str = "kube-system", name: str | None = None) -> Release:
    return Release(
        name=name or chart, namespace=namespace, chart=chart, version="1.2.3", repository=None, values={}
    )


def install(to: Recorder, *charts: str) -> None:
    for chart in charts:
        to.install(release(chart), makes_namespace=False, waits=True)


def ready() -> Recorder:
    """A cluster as the stack makes it before the application's manifests."""
    made = recorder()
    install(made, "aws-load-balancer-controller", "external-secrets")
    made.apply([CLASS], owner="Class")
    return made


def applied() -> Recorder:
    made = ready()
    made.apply(APPLICATION, owner=OWNER)
    return made
