"""Prometheus, Grafana, Loki and the way of traces, as Helm releases."""

from aws_cdk import aws_iam as iam

from applications import aegisai
from constructs.kubernetes.release import CONTAINER_SECURITY, POD_SECURITY, resources
from settings import versions
from settings.aegisai_eks import AegisAIOnEks
from settings.kubernetes import EksObservabilitySettings
from stacks.eks import Eks
from systems.aegisai_prometheus import ALERTMANAGER, EVERY_NODE, Values, prometheus_values, topic_arn

LOKI = "loki"
LOG_COLLECTOR = "log-collector"
LOGS_KEPT = "168h"
"""A week; without an end Loki fills its volume and stops."""
LOKI_WITHOUT = ("chunksCache", "resultsCache", "lokiCanary", "test", "gateway")
JAEGER = "jaeger"
USER = 10001
"""Of Jaeger's image and the collector's."""
TRACES_KEPT = 10_000
"""In memory: of a hundred kilobytes each at most they fit in Jaeger's limit."""
OTEL = "https://open-telemetry.github.io/opentelemetry-helm-charts"
COLLECTOR_IMAGE = {"repository": "otel/opentelemetry-collector-k8s"}
COLLECTOR_PORTS = ("otlp", "otlp-http", "jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin")
"""That the chart opens, on every node where there is a collector on every node."""


def add_observability(eks: Eks, settings: AegisAIOnEks) -> None:
    """Whatever the settings call `installed`."""
    observability = settings.observability
    if observability.prometheus == "installed":
        eks.add_release(
            "Prometheus",
            name="prometheus",
            namespace=observability.namespace,
            pod_security="privileged",  # the node exporter reads the host
            repository="oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack",
            chart="kube-prometheus-stack",
            version=versions.PROMETHEUS_STACK,
            values=prometheus_values(settings, data_sources=_data_sources(observability)),
            service_account=ALERTMANAGER,
            statements=[
                iam.PolicyStatement(actions=["sns:Publish"], resources=[topic_arn(settings)]),
            ],
        )
    if observability.logs == "installed":
        _add_logs(eks)
    if observability.tracing == "installed":
        _add_tracing(eks)


def _data_sources(observability: EksObservabilitySettings) -> list[Values]:
    found = {
        LOKI: (observability.logs, f"http://{LOKI}.{LOKI}:3100"),
        JAEGER: (observability.tracing, f"http://{JAEGER}.{JAEGER}:16686"),
    }
    return [
        {"name": name.title(), "type": name, "uid": name, "access": "proxy", "url": url}
        for name, (how, url) in found.items()
        if how == "installed"
    ]


def _add_logs(eks: Eks) -> None:
    """Loki on a volume, and a collector on every node that sends it the containers' logs."""
    eks.add_release(
        "Loki",
        name=LOKI,
        namespace=LOKI,
        pod_security="restricted",
        repository="oci://ghcr.io/grafana-community/helm-charts/loki",
        chart="loki",
        version=versions.LOKI,
        values={
            "deploymentMode": "Monolithic",
            "loki": _loki(),
            "singleBinary": {
                "replicas": 1,
                "persistence": {"size": "20Gi", "storageClass": "gp3"},
                "resources": resources("100m", "512Mi", limit="1Gi"),
            },
            # it would read every Secret of the cluster, for rules that nobody writes
            "sidecar": {"rules": {"enabled": False}},
            **{kind: {"enabled": False} for kind in LOKI_WITHOUT},
            **{kind: {"replicas": 0} for kind in ("read", "write", "backend")},
        },
    )
    eks.add_release(
        "LogCollector",
        name=LOG_COLLECTOR,
        namespace=LOG_COLLECTOR,
        pod_security="privileged",  # it reads the nodes' files of logs, which are root's
        repository=OTEL,
        chart="opentelemetry-collector",
        version=versions.OTEL_COLLECTOR,
        values={
            "mode": "daemonset",
            "tolerations": EVERY_NODE,
            "fullnameOverride": LOG_COLLECTOR,
            "image": COLLECTOR_IMAGE,
            "presets": {"logsCollection": {"enabled": True}, "kubernetesAttributes": {"enabled": True}},
            "alternateConfig": _collector(
                "logs",
                receivers={},  # the preset's
                exporter=("otlp_http/loki", {"endpoint": f"http://{LOKI}.{LOKI}:3100/otlp"}),
            ),
            "ports": _ports(),
            "securityContext": {"runAsUser": 0, "runAsGroup": 0, "readOnlyRootFilesystem": True},
            "resources": resources("50m", "128Mi", limit="256Mi"),
        },
    )


def _loki() -> Values:
    schema = {
        "from": "2024-04-01",
        "store": "tsdb",
        "object_store": "filesystem",
        "schema": "v13",
        "index": {"prefix": "loki_index_", "period": "24h"},
    }
    return {
        "auth_enabled": False,
        "commonConfig": {"replication_factor": 1},
        "storage": {"type": "filesystem"},
        "schemaConfig": {"configs": [schema]},
        "limits_config": {"retention_period": LOGS_KEPT},
        "compactor": {"retention_enabled": True, "delete_request_store": "filesystem"},
    }


def _add_tracing(eks: Eks) -> None:
    """A collector that services send traces to, and Jaeger, which keeps the newest in memory."""
    security = {**POD_SECURITY, "runAsUser": USER, "runAsGroup": USER}
    eks.add_release(
        "Jaeger",
        name=JAEGER,
        namespace=JAEGER,
        pod_security="restricted",
        repository="https://jaegertracing.github.io/helm-charts",
        chart=JAEGER,
        version=versions.JAEGER,
        values={
            "fullnameOverride": JAEGER,
            "userconfig": _jaeger(),
            "jaeger": {
                "podSecurityContext": security,
                "securityContext": CONTAINER_SECURITY,
                "resources": resources("100m", "512Mi", limit="1Gi"),
            },
        },
    )
    eks.add_release(
        "TraceCollector",
        name=aegisai.COLLECTOR,
        namespace=aegisai.COLLECTOR,
        pod_security="restricted",
        repository=OTEL,
        chart="opentelemetry-collector",
        version=versions.OTEL_COLLECTOR,
        values={
            "mode": "deployment",
            "fullnameOverride": aegisai.COLLECTOR,
            "image": COLLECTOR_IMAGE,
            "alternateConfig": _collector(
                "traces",
                receivers={"otlp": {"protocols": {"grpc": {"endpoint": "${env:MY_POD_IP}:4317"}}}},
                exporter=(
                    "otlp_grpc/jaeger",
                    {"endpoint": f"{JAEGER}.{JAEGER}:4317", "tls": {"insecure": True}},
                ),
            ),
            "ports": _ports("otlp"),
            "podSecurityContext": security,
            "securityContext": CONTAINER_SECURITY,
            "resources": resources("100m", "256Mi"),
        },
    )


def _collector(signal: str, *, receivers: Values, exporter: tuple[str, Values]) -> Values:
    """A collector of one signal, in place of the chart's own configuration, which takes all and prints it."""
    name, settings = exporter
    return {
        "extensions": {"health_check": {"endpoint": "${env:MY_POD_IP}:13133"}},
        "receivers": receivers,
        "processors": {
            "memory_limiter": {"check_interval": "5s", "limit_percentage": 80, "spike_limit_percentage": 25},
            "batch": {},
        },
        "exporters": {name: settings},
        "service": {
            "extensions": ["health_check"],
            "pipelines": {
                signal: {
                    "receivers": list(receivers),
                    "processors": ["memory_limiter", "batch"],
                    "exporters": [name],
                }
            },
        },
    }


def _ports(*wanted: str) -> Values:
    """Of the collector's ports these alone."""
    return {name: {"enabled": name in wanted} for name in COLLECTOR_PORTS}


def _jaeger() -> Values:
    """Jaeger 2 in one process: the chart's own configuration wants Elasticsearch."""
    store = "memory_store"
    return {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}},
        },
        "extensions": {
            "healthcheckv2": {"use_v2": True, "http": {"endpoint": "0.0.0.0:13133"}},
            "jaeger_query": {"storage": {"traces": store}},
            "jaeger_storage": {"backends": {store: {"memory": {"max_traces": TRACES_KEPT}}}},
        },
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": "0.0.0.0:4317"}}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": store}},
    }
