"""The application's services: pods, how many, how they are found, and how a new version takes over."""

from collections.abc import Iterator, Sequence

from constructs import Construct

from applications import aegisai
from k8s.access import ServiceAccount
from k8s.aegisai.exposure import add_gateway_service, drain_seconds
from k8s.aegisai.observability import PROMETHEUS_SERVICE, error_share
from k8s.aegisai.parts import HTTP, SECRETS, Parts, resources
from k8s.aegisai.storage import SHARED, beside, make_folders
from k8s.autoscaling import Autoscaling
from k8s.component import Component
from k8s.config_map import ConfigMap
from k8s.container import Container, Mount, SecretKey, Value
from k8s.disruption import PodDisruptionBudget
from k8s.pod import Pod, Toleration
from k8s.probe import Health, HttpGet
from k8s.rollout import NEW_PODS, AnalysisTemplate, BlueGreen, Canary, Measurement, Rollout
from k8s.service import Service
from k8s.volume import empty_folder
from k8s.workload import Deployment, Workload
from settings.aegisai import AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks
from settings.services import SPOT_TAINT, ServiceSettings

CAPACITY_TYPE = {"eks.amazonaws.com/capacityType": "SPOT"}
"""Label that EKS gives to Spot nodes."""
SPOT = Toleration(key=SPOT_TAINT.key, value=SPOT_TAINT.value, effect=SPOT_TAINT.effect)
TMP = Mount(volume=empty_folder("tmp", size_limit="1Gi"), path="/tmp")  # noqa: S108 -- in the container


def add_service(
    scope: Construct,
    *,
    name: str,
    parts: Parts,
    settings: AegisAIDeployment,
    configuration: ConfigMap,
    certificate: Sequence[Mount],
) -> Service:
    """Everything of one service; returns the Service under which it is called.

    certificate: mounted by who speaks to the database.
    """
    component, one = parts.services[name], settings.services[name]
    service = (
        add_gateway_service(scope, component=component, port=one.port, settings=settings)
        if one.role == "gateway"
        else Service(scope, component=component)
    )
    workload = _workload(
        scope,
        component=component,
        one=one,
        settings=settings,
        service=service,
        pod=_pod(scope, name, component, settings, configuration, certificate),
    )
    # no pod can go to another node before all have left the one with the volume: a budget would block every drain
    tied = one.role == "worker" and settings.workers_together
    if one.replicas > 1 and not tied:
        PodDisruptionBudget(scope, workload=workload)
    if settings.vertical_recommendations:
        workload.recommend_resources(scope)
    return service


def _workload(
    scope: Construct,
    *,
    component: Component,
    one: ServiceSettings,
    settings: AegisAIDeployment,
    service: Service,
    pod: Pod,
) -> Workload:
    autoscaling = None
    if one.max_replicas > one.replicas:
        autoscaling = Autoscaling(
            max_replicas=one.max_replicas,
            cpu_percent=one.cpu_target_percent,
            memory_percent=one.memory_target_percent,
            scale_up_window_seconds=settings.autoscaling.scale_up_window_seconds,
            scale_down_window_seconds=settings.autoscaling.scale_down_window_seconds,
        )
    if settings.rollout.strategy == "rolling":
        return Deployment(scope, component=component, pod=pod, replicas=one.replicas, autoscaling=autoscaling)
    return Rollout(
        scope,
        component=component,
        pod=pod,
        replicas=one.replicas,
        autoscaling=autoscaling,
        strategy=_strategy(scope, component, settings, service),
        analysis=_analysis(scope, component, settings),
    )


def _strategy(
    scope: Construct, component: Component, settings: AegisAIDeployment, service: Service
) -> BlueGreen | Canary:
    rollout = settings.rollout
    if rollout.strategy == "canary":
        return Canary(weights=rollout.canary_weights, pause_seconds=rollout.pause_seconds)
    return BlueGreen(
        active=service,
        preview=Service(scope, component=component, name=f"{component.name}-preview"),
        wait_seconds=rollout.pause_seconds,
        keep_seconds=rollout.scale_down_delay_seconds,
    )


def _analysis(scope: Construct, component: Component, settings: AegisAIDeployment) -> AnalysisTemplate:
    share = settings.rollout.max_error_percent / 100
    return AnalysisTemplate(
        scope,
        component=component,
        prometheus=f"http://{PROMETHEUS_SERVICE}.{settings.observability.namespace}:9090",
        measurements=[
            Measurement(
                name="error-share",
                query=error_share(component, pods=f"{component.name}{NEW_PODS}"),
                # nobody called: no result, and nothing that speaks against the version
                success_condition=f"len(result) == 0 || isNaN(result[0]) || result[0] < {share:g}",
            )
        ],
    )


def _pod(
    scope: Construct,
    name: str,
    component: Component,
    settings: AegisAIDeployment,
    configuration: ConfigMap,
    certificate: Sequence[Mount],
) -> Pod:
    one = settings.services[name]
    # Pod Identity knows a pod by its account
    identity = settings.hosting == "eks" and aegisai.uses_buckets(one, settings)
    mounts = {"gateway": certificate, "worker": [Mount(volume=SHARED, path=aegisai.STORAGE)]}
    on_spot = isinstance(settings, AegisAIOnEks) and settings.prefers_spot(name)
    return Pod(
        containers=[_container(name, component, settings, configuration, mounts.get(one.role, []))],
        init_containers=[make_folders(settings)] if one.role == "worker" else [],
        service_account=ServiceAccount(scope, component=component).object_name if identity else None,
        image_pull_secret=settings.images.pull_secret,
        user_id=settings.images.user_id,
        group_id=settings.images.user_id,
        preferred_nodes=CAPACITY_TYPE if on_spot else None,
        tolerations=[SPOT] if on_spot else [],
        beside=beside(settings, component) if one.role == "worker" else None,
    )


def _container(
    name: str,
    component: Component,
    settings: AegisAIDeployment,
    configuration: ConfigMap,
    mounts: Sequence[Mount],
) -> Container:
    one, probes = settings.services[name], settings.probes
    return Container(
        name=name,
        image=settings.image_of(name),
        resources=resources(one.cpu, one.memory),
        ports=component.ports,
        config_maps=[configuration],
        environment=dict(_environment(name, one, settings)),
        mounts=[TMP, *mounts],
        health=Health(
            ready=HttpGet(path=one.health_path, port=HTTP),
            start_seconds=one.startup_seconds,
            ready_every_seconds=probes.readiness_period_seconds,
            alive_every_seconds=probes.liveness_period_seconds,
            timeout_seconds=probes.timeout_seconds,
        ),
        drain_seconds=drain_seconds(settings) if one.role == "gateway" else Container.drain_seconds,
    )


def _environment(name: str, one: ServiceSettings, settings: AegisAIDeployment) -> Iterator[tuple[str, Value]]:
    yield "PORT", str(one.port)
    yield "HOME", "/tmp"  # noqa: S108 -- in the container
    if settings.observability.tracing != "none":
        yield "OTEL_SERVICE_NAME", name
    for key in aegisai.keys_of(one, settings, aws_credentials=settings.hosting == "any"):
        yield key, SecretKey(secret=SECRETS, key=key)
    if settings.redis.hosted == "in_cluster":
        yield aegisai.REDIS_URL, aegisai.IN_CLUSTER_REDIS_URL
    for key, value in one.environment.items():
        # $(NAME) would be another variable here, and is plain text in the ConfigMap
        yield key, value.replace("$", "$$")
