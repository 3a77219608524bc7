"""A small system with every building block: a gateway, a worker, a database, a backup, and what watches them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from cdk8s import App, Chart

from k8s.access import Permission, Role, ServiceAccount
from k8s.autoscaling import Autoscaling
from k8s.checks.known import External
from k8s.component import Component, Installation, Port
from k8s.config_map import ConfigMap
from k8s.container import ConfigKey, Container, Mount, PodField, Resources, SecretKey
from k8s.disruption import PodDisruptionBudget
from k8s.edges import INTERNET, Edge, ForeignPods, Inbound, Outbound, pod_identity
from k8s.external_secret import ExternalSecret, Remote, SecretStore
from k8s.gitops import Application
from k8s.helm_release import HelmRelease
from k8s.ingress import Ingress, Route
from k8s.job import CronJob, Job
from k8s.local_secret import LocalSecret
from k8s.manifests import Manifest, render
from k8s.monitoring import Alert, PrometheusRule, ServiceMonitor
from k8s.namespace import Namespace
from k8s.network_policy import NetworkPolicies
from k8s.pod import Pod, Toleration
from k8s.probe import Command, Health, HttpGet, TcpSocket
from k8s.rollout import AnalysisTemplate, BlueGreen, Measurement, Rollout
from k8s.service import Service, ServicePort
from k8s.storage import PersistentVolumeClaim, VolumeSnapshot, VolumeSnapshotClass
from k8s.volume import claimed, config_files, empty_folder, own_claim
from k8s.workload import ClaimTemplate, Deployment, StatefulSet

VERSION = "1.36"
SHOP = Installation(system="shop", deployment="shop-dev", namespace="shop")
GATEWAY = SHOP.component("gateway", role="gateway", version="1.2.0", ports=(Port(name="http", number=8000),))
WORKER = SHOP.component("worker", role="worker", ports=(Port(name="http", number=9000),))
DATABASE = SHOP.component("database", role="database", ports=(Port(name="postgresql", number=5432),))
BACKUP = SHOP.component("backup", role="backup")
RESTORE = SHOP.component("restore", role="backup")
COMPONENTS = (GATEWAY, WORKER, DATABASE, BACKUP, RESTORE)
PROMETHEUS = ForeignPods(
    name="prometheus", namespace="monitoring", selector={"app.kubernetes.io/name": "prometheus"}
)
EDGES = (
    Edge(source="gateway", target="worker", port_name="http", why="hands out work"),
    Edge(source="gateway", target="database", port_name="postgresql", why="orders"),
    Edge(source="backup", target="database", port_name="postgresql", why="dump"),
    Edge(source="restore", target="database", port_name="postgresql", why="restore"),
    Edge(source="prometheus", target="gateway", port_name="http", why="metrics"),
)
OUTBOUND = (
    Outbound(source="worker", cidrs=(INTERNET,), ports=(443,), why="models"),
    pod_identity("backup"),
)
INBOUND = (Inbound(target="gateway", port_name="http", cidrs=("10.0.0.0/16",), why="load balancer"),)
EXTERNALS = (
    External(kind="Namespace", name="kube-system", why="the cluster"),
    External(kind="Namespace", name="argocd", why="Argo CD's chart"),
    External(kind="IngressClass", name="traefik", why="the cluster"),
    External(kind="StorageClass", name="fast", why="the cluster"),
    External(kind="Secret", name="registry", namespace="shop", why="a person"),
)
SMALL = Resources(cpu="100m", memory="64Mi", memory_limit="128Mi")


def rendered(chart: Callable[[Chart], object]) -> list[Manifest]:
    """What the function puts into one chart."""

    def fill(app: App) -> None:
        chart(Chart(app, "chart", disable_resource_name_hashes=True))

    return render(fill)


def only(kind: str, manifests: list[Manifest], name: str | None = None) -> Any:
    """The one manifest of the kind."""
    [found] = [
        each for each in manifests if each["kind"] == kind and name in (None, each["metadata"]["name"])
    ]
    return found


def container(component: Component, **more: Any) -> Container:
    """A container that serves the component's first port, or runs to its end without one."""
    ready = HttpGet(path="/health", port=component.ports[0].name) if component.ports else None
    given = {
        "name": component.name,
        "image": f"registry.example/{component.name}:1.0.0",
        "resources": SMALL,
        "ports": component.ports,
        "health": Health(ready=ready) if ready else None,
        **more,
    }
    return Container(**given)


def pod(component: Component, **more: Any) -> Pod:
    return Pod(containers=[container(component)], **more)


def shop(chart: Chart) -> None:
    Namespace(chart, installation=SHOP, kubernetes_version=VERSION)
    _network(chart)
    settings = ConfigMap(
        chart,
        component=SHOP.component("settings", role="configuration"),
        data={"LOG_LEVEL": "info", "shop.yaml": "debug: no\nretries: 3\n"},
    )
    store = SecretStore(chart, component=SHOP.component("aws", role="secrets"), region="eu-west-1")
    keys = ExternalSecret(
        chart,
        component=SHOP.component("keys", role="secrets"),
        store=store,
        keys={"PASSWORD": Remote(secret="shop-dev/database", key="password")},
    )
    login = LocalSecret(
        chart,
        component=SHOP.component("login", role="secrets"),
        generated=["SESSION_KEY"],
        values={"USER": "admin"},
    )
    files = PersistentVolumeClaim(
        chart,
        component=SHOP.component("files", role="storage"),
        size="20Gi",
        access_mode="ReadWriteMany",
        storage_class="fast",
    )
    _gateway(chart, settings, keys, login)
    worker = Deployment(
        chart,
        component=WORKER,
        pod=Pod(
            containers=[
                container(
                    WORKER,
                    mounts=[
                        Mount(volume=claimed("files", claim=files.object_name), path="/files"),
                        Mount(volume=empty_folder("tmp", size_limit="64Mi"), path="/tmp"),
                    ],
                )
            ],
            image_pull_secret="registry",
            preferred_nodes={"pergola/group": "spot"},
            tolerations=[Toleration(key="spot", value="true", effect="NoSchedule")],
        ),
        replicas=2,
        autoscaling=Autoscaling(max_replicas=8, cpu_percent=70, memory_percent=80),
    )
    worker.recommend_resources(chart)
    PodDisruptionBudget(chart, workload=worker)
    Service(chart, component=WORKER)
    _database(chart, keys)
    _around(chart)


def _network(chart: Chart) -> None:
    NetworkPolicies(
        chart,
        installation=SHOP,
        components=COMPONENTS,
        edges=EDGES,
        outbound=OUTBOUND,
        inbound=INBOUND,
        foreign=[PROMETHEUS],
    )


def _gateway(chart: Chart, settings: ConfigMap, keys: ExternalSecret, login: LocalSecret) -> None:
    active = Service(chart, component=GATEWAY, type="LoadBalancer", ports=[ServicePort(name="http", port=80)])
    preview = Service(chart, component=GATEWAY, name="gateway-preview")
    analysis = AnalysisTemplate(
        chart,
        component=GATEWAY,
        prometheus="http://prometheus.monitoring:9090",
        measurements=[Measurement(name="errors", query="sum(errors)", success_condition="result[0] < 0.05")],
    )
    Rollout(
        chart,
        component=GATEWAY,
        pod=Pod(
            containers=[
                container(
                    GATEWAY,
                    config_maps=[settings],
                    secrets=[login.object_name],
                    environment={
                        "MODE": "live",
                        "LEVEL": ConfigKey(config_map=settings, key="LOG_LEVEL"),
                        "PASSWORD": SecretKey(secret=keys.object_name, key="PASSWORD"),
                        "POD": PodField(path="metadata.name"),
                    },
                    mounts=[
                        Mount(volume=config_files(settings), path="/etc/shop"),
                    ],
                )
            ]
        ),
        replicas=2,
        strategy=BlueGreen(active=active, preview=preview),
        analysis=analysis,
        autoscaling=Autoscaling(max_replicas=10),
    )
    Ingress(
        chart,
        component=GATEWAY,
        class_name="traefik",
        routes=[Route(service=active, port_name="http", host="shop.example")],
    )
    ServiceMonitor(chart, service=active, port_name="http", labels={"release": "prometheus"})
    PrometheusRule(
        chart,
        component=GATEWAY,
        alerts=[
            Alert(
                name="GatewayErrors",
                expression="rate(errors[5m]) > 1",
                severity="critical",
                summary="The gateway answers with errors",
                action="Look at its log",
            )
        ],
    )


def _database(chart: Chart, keys: ExternalSecret) -> None:
    Service(chart, component=DATABASE, headless=True)
    StatefulSet(
        chart,
        component=DATABASE,
        pod=Pod(
            containers=[
                container(
                    DATABASE,
                    health=Health(ready=Command(command=["pg_isready"]), alive=TcpSocket(port="postgresql")),
                    mounts=[Mount(volume=own_claim("data"), path="/data")],
                )
            ]
        ),
        replicas=1,
        claims=[ClaimTemplate(name="data", size="10Gi", storage_class="fast")],
    )
    snapshots = VolumeSnapshotClass(chart, installation=SHOP, driver="ebs.csi.aws.com")
    VolumeSnapshot(
        chart,
        component=SHOP.component("first", role="backup"),
        claim="data-database-0",
        class_name=snapshots.object_name,
    )
    account = ServiceAccount(chart, component=BACKUP)
    Role(
        chart,
        component=BACKUP,
        account=account,
        permissions=[Permission(resources=["pods"], verbs=["get", "list"])],
    )
    dump = Pod(
        containers=[
            container(BACKUP, environment={"PGPASSWORD": SecretKey(secret=keys.object_name, key="PASSWORD")})
        ],
        service_account=account.object_name,
        service_account_token=True,
    )
    CronJob(chart, component=BACKUP, pod=dump, schedule="0 2 * * *", deadline_seconds=3600)
    Job(chart, component=RESTORE, pod=pod(RESTORE), deadline_seconds=3600, suspended=True)


def _around(chart: Chart) -> None:
    HelmRelease(
        chart,
        name="cache",
        chart="valkey",
        version="0.11.0",
        repository="https://charts.example/valkey",
        installation=SHOP,
        values={"auth": {"enabled": True}},
    )
    Application(
        chart,
        installation=SHOP,
        repository="https://git.example/shop.git",
        path="manifests/shop-dev",
        revision="main",
    )


@cache
def manifests() -> list[Manifest]:
    """The whole shop."""
    return rendered(shop)
