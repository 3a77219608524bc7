"""Prometheus, Grafana, Loki and the way of traces, as Helm releases."""

from collections.abc import Mapping

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from applications import aegisai
from constructs.kubernetes.release import CONTAINER_SECURITY, POD_SECURITY, resources
from settings import versions
from settings.aegisai_eks import AegisAIOnEks
from settings.kubernetes import EksObservabilitySettings
from stacks.eks import Eks

GRAFANA = "grafana"
"""Role of the secret with the administrator's password, and its user."""
GRAFANA_ADMIN = "grafana-admin"
LOKI = "loki"
LOG_COLLECTOR = "log-collector"
JAEGER = "jaeger"
ALERTMANAGER = "alertmanager"
OTEL = "https://open-telemetry.github.io/opentelemetry-helm-charts"
COLLECTOR_IMAGE = {"repository": "otel/opentelemetry-collector-k8s"}
EVERY_NODE = [{"operator": "Exists"}]
"""Tolerations of what has to run on all nodes, whatever their taints."""
Values = Mapping[str, object]


def topic_name(settings: AegisAIOnEks) -> str:
    """Name of the topic of all alarms; it is made after the cluster, whose Alertmanager publishes to it."""
    return f"{settings.name}-alarms"


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
            values=_prometheus(observability, settings),
            service_account=ALERTMANAGER,
            statements=[
                iam.PolicyStatement(actions=["sns:Publish"], resources=[_topic_arn(settings)]),
            ],
        )
    if observability.logs == "installed":
        _add_logs(eks)
    if observability.tracing == "installed":
        _add_tracing(eks)


def _prometheus(observability: EksObservabilitySettings, settings: AegisAIOnEks) -> Values:
    """Prometheus, Alertmanager and Grafana, which take what is labelled in any namespace."""
    everything = ("serviceMonitor", "podMonitor", "rule", "probe")
    volume = {
        "storageClassName": "gp3",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": observability.prometheus_storage}},
    }
    managed = ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")
    return {
        # EKS shows none of these
        **{component: {"enabled": False} for component in managed},
        "prometheus": {
            "prometheusSpec": {
                **{f"{kind}SelectorNilUsesHelmValues": False for kind in everything},
                "retention": f"{observability.prometheus_retention_days}d",
                "resources": {"requests": {"cpu": "200m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
                "storageSpec": {"volumeClaimTemplate": {"spec": volume}},
            }
        },
        "alertmanager": {
            "serviceAccount": {"create": True, "name": ALERTMANAGER},
            "alertmanagerSpec": {"resources": resources("20m", "64Mi")},
            "config": _alertmanager(settings),
        },
        "prometheusOperator": {"resources": resources("50m", "128Mi")},
        "kube-state-metrics": {"resources": resources("20m", "128Mi")},
        "prometheus-node-exporter": {"resources": resources("25m", "32Mi"), "tolerations": EVERY_NODE},
        "grafana": {
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
            "admin": {"existingSecret": GRAFANA_ADMIN},
            "sidecar": {"dashboards": {"searchNamespace": "ALL"}},
            "additionalDataSources": _data_sources(observability),
        },
        "extraManifests": _grafana_password(settings),
    }


def _alertmanager(settings: AegisAIOnEks) -> Values:
    """What somebody has to act upon goes where CloudWatch's alarms go, once when it starts and once when it ends."""
    nobody, people = "null", "alarms"
    topic = {
        "topic_arn": _topic_arn(settings),
        "sigv4": {"region": Aws.REGION},
        "send_resolved": True,
        # Alertmanager's own lists all labels, and SNS refuses a subject of more than 100 characters
        "subject": "{{ .Status }}: {{ .GroupLabels.alertname }}",
    }
    return {
        "route": {
            "receiver": nobody,
            "group_by": ["alertname", "namespace"],
            "routes": [{"receiver": people, "matchers": ['severity =~ "critical|warning"']}],
        },
        "receivers": [{"name": nobody}, {"name": people, "sns_configs": [topic]}],
    }


def _topic_arn(settings: AegisAIOnEks) -> str:
    return f"arn:{Aws.PARTITION}:sns:{Aws.REGION}:{Aws.ACCOUNT_ID}:{topic_name(settings)}"


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


def _grafana_password(settings: AegisAIOnEks) -> list[Values]:
    """The administrator's password comes from Secrets Manager; there is none that everybody knows."""
    kind, store = "external-secrets.io/v1", "aws-secrets-manager"
    aws = {"service": "SecretsManager", "region": Aws.REGION}
    place = {"key": settings.secret_name(GRAFANA), "property": "password"}
    # Helm reads the braces first
    secret = {"admin-user": "admin", "admin-password": '{{ "{{ .password }}" }}'}
    return [
        {
            "apiVersion": kind,
            "kind": "SecretStore",
            "metadata": {"name": store},
            "spec": {"provider": {"aws": aws}},
        },
        {
            "apiVersion": kind,
            "kind": "ExternalSecret",
            "metadata": {"name": GRAFANA_ADMIN},
            "spec": {
                "secretStoreRef": {"kind": "SecretStore", "name": store},
                "target": {"name": GRAFANA_ADMIN, "template": {"data": secret}},
                "data": [{"secretKey": "password", "remoteRef": place}],
            },
        },
    ]


def _add_logs(eks: Eks) -> None:
    """Loki on a volume, and a collector on every node that sends it the containers' logs."""
    off = {"enabled": False}
    schema = {
        "from": "2024-04-01",
        "store": "tsdb",
        "object_store": "filesystem",
        "schema": "v13",
        "index": {"prefix": "loki_index_", "period": "24h"},
    }
    eks.add_release(
        "Loki",
        name=LOKI,
        namespace=LOKI,
        pod_security="baseline",
        repository="oci://ghcr.io/grafana-community/helm-charts/loki",
        chart="loki",
        version=versions.LOKI,
        values={
            "deploymentMode": "Monolithic",
            "loki": {
                "auth_enabled": False,
                "commonConfig": {"replication_factor": 1},
                "storage": {"type": "filesystem"},
                "schemaConfig": {"configs": [schema]},
            },
            "singleBinary": {
                "replicas": 1,
                "persistence": {"size": "20Gi", "storageClass": "gp3"},
                "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}},
            },
            **dict.fromkeys(("chunksCache", "resultsCache", "lokiCanary", "test", "gateway"), off),
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
            "config": {
                "exporters": {"otlphttp/loki": {"endpoint": f"http://{LOKI}.{LOKI}:3100/otlp"}},
                "service": {"pipelines": {"logs": {"exporters": ["otlphttp/loki"]}}},
            },
            "securityContext": {"runAsUser": 0, "runAsGroup": 0, "readOnlyRootFilesystem": True},
            "resources": resources("25m", "64Mi"),
        },
    )


def _add_tracing(eks: Eks) -> None:
    """A collector that services send traces to, and Jaeger, which keeps the newest in memory."""
    eks.add_release(
        "Jaeger",
        name=JAEGER,
        namespace=JAEGER,
        pod_security="baseline",
        repository="https://jaegertracing.github.io/helm-charts",
        chart=JAEGER,
        version=versions.JAEGER,
        values={
            "fullnameOverride": JAEGER,
            "userconfig": _jaeger(),
            "jaeger": {
                "securityContext": CONTAINER_SECURITY,
                "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}},
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
            "config": {
                "exporters": {
                    "otlp/jaeger": {"endpoint": f"{JAEGER}.{JAEGER}:4317", "tls": {"insecure": True}}
                },
                "service": {"pipelines": {"traces": {"exporters": ["otlp/jaeger"]}}},
            },
            "podSecurityContext": {**POD_SECURITY, "runAsUser": 10001, "runAsGroup": 10001},
            "securityContext": CONTAINER_SECURITY,
            "resources": resources("100m", "256Mi"),
        },
    )


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
            "jaeger_storage": {"backends": {store: {"memory": {"max_traces": 50_000}}}},
        },
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": "0.0.0.0:4317"}}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": store}},
    }
