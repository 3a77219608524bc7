"""What the release of Prometheus, Alertmanager and Grafana is given."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws

from constructs.kubernetes.release import resources
from settings.aegisai_eks import AegisAIOnEks
from settings.kubernetes import EksObservabilitySettings
from settings.quantity import UNITS, bytes_of

GRAFANA = "grafana"
"""Role of the secret with the administrator's password, and its user."""
GRAFANA_ADMIN = "grafana-admin"
GRAFANA_READS = "grafana-config-maps"
ALERTMANAGER = "alertmanager"
EVERY_NODE = [{"operator": "Exists"}]
"""Tolerations of what has to run on all nodes, whatever their taints."""
VOLUME_PERCENT = 85
"""Of its volume that Prometheus fills before it drops the oldest; the rest is for what it writes meanwhile."""
Values = Mapping[str, object]


def topic_name(settings: AegisAIOnEks) -> str:
    """Name of the topic of all alarms; it is made after the cluster, whose Alertmanager publishes to it."""
    return f"{settings.name}-alarms"


def topic_arn(settings: AegisAIOnEks) -> str:
    return f"arn:{Aws.PARTITION}:sns:{Aws.REGION}:{Aws.ACCOUNT_ID}:{topic_name(settings)}"


def prometheus_values(settings: AegisAIOnEks, *, data_sources: Sequence[Values]) -> Values:
    """Prometheus, Alertmanager and Grafana, which take what is labelled in any namespace.

    data_sources: of Grafana, beside Prometheus and Alertmanager.
    """
    managed = ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")
    return {
        # EKS shows none of these
        **{component: {"enabled": False} for component in managed},
        "prometheus": {"prometheusSpec": _prometheus(settings.observability)},
        "alertmanager": {
            "serviceAccount": {"create": True, "name": ALERTMANAGER},
            "alertmanagerSpec": {"resources": resources("20m", "64Mi")},
            "config": _alertmanager(settings),
        },
        "prometheusOperator": {
            "resources": resources("50m", "128Mi"),
            "prometheusConfigReloader": {"resources": resources("10m", "64Mi")},
            "admissionWebhooks": {"patch": {"resources": resources("10m", "64Mi")}},
        },
        "kube-state-metrics": {"resources": resources("20m", "128Mi")},
        "prometheus-node-exporter": {"resources": resources("25m", "64Mi"), "tolerations": EVERY_NODE},
        "grafana": _grafana(data_sources),
        "extraManifests": [_config_map_reader(), *_grafana_password(settings)],
    }


def _prometheus(observability: EksObservabilitySettings) -> Values:
    everything = ("serviceMonitor", "podMonitor", "rule", "probe")
    storage = observability.prometheus_storage
    volume = {
        "storageClassName": "gp3",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage}},
    }
    return {
        **{f"{kind}SelectorNilUsesHelmValues": False for kind in everything},
        "retention": f"{observability.prometheus_retention_days}d",
        "retentionSize": f"{bytes_of(storage) * VOLUME_PERCENT // 100 // UNITS['Mi']}MB",
        "resources": resources("200m", "1Gi", limit="2Gi"),
        "storageSpec": {"volumeClaimTemplate": {"spec": volume}},
    }


def _alertmanager(settings: AegisAIOnEks) -> Values:
    """What somebody has to act upon goes where CloudWatch's alarms go, once when it starts and once when it ends."""
    nobody, people = "null", "alarms"
    topic = {
        "topic_arn": topic_arn(settings),
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


def _grafana(data_sources: Sequence[Values]) -> Values:
    """Grafana, whose sidecars bring data sources, and dashboards from all namespaces."""
    reads = {"resource": "configmap"}
    return {
        "resources": resources("100m", "256Mi", limit="512Mi"),
        "admin": {"existingSecret": GRAFANA_ADMIN},
        # the chart's own role reads every Secret of the cluster
        "rbac": {"useExistingClusterRole": GRAFANA_READS},
        "sidecar": {
            "resources": resources("10m", "128Mi"),
            "dashboards": {**reads, "searchNamespace": "ALL"},
            "datasources": reads,
        },
        "additionalDataSources": list(data_sources),
    }


def _config_map_reader() -> Values:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": GRAFANA_READS},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}],
    }


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
