"""What is measured, what is an alert, and what is shown; the names of metrics are those of usual exporters.

Services are expected to serve `http_requests_total` and `http_request_duration_seconds` as
prometheus-fastapi-instrumentator does; the rest is kube-state-metrics' and the kubelet's.
"""

from collections.abc import Iterator, Mapping

from constructs import Construct

from applications import aegisai
from k8s.aegisai import dashboards
from k8s.aegisai.parts import BACKUP, HTTP, Parts
from k8s.component import Component
from k8s.config_map import ConfigMap
from k8s.monitoring import Alert, PrometheusRule, ServiceMonitor
from k8s.service import Service
from settings.aegisai import AegisAIDeployment

PROMETHEUS_SERVICE = "prometheus-operated"
"""The name that the Prometheus operator gives to its own Service, whatever the release is called."""
BACKUP_HOURS = 26
"""A daily backup, and two hours in which it may run; within the recovery point objective after that is told."""
DASHBOARD = {"grafana_dashboard": "1"}
"""Label by which Grafana's sidecar finds dashboards."""


def add_observability(
    scope: Construct, *, parts: Parts, settings: AegisAIDeployment, services: Mapping[str, Service]
) -> None:
    """Monitors, alert rules and dashboards for what collects and shows them."""
    observability = settings.observability
    if observability.prometheus != "none":
        labels = observability.monitor_labels
        for service in services.values():
            ServiceMonitor(scope, service=service, port_name=HTTP, path=aegisai.METRICS_PATH, labels=labels)
        PrometheusRule(
            scope,
            component=parts.alone(settings.name, role="monitoring"),
            alerts=list(alerts(parts, settings)),
            labels=labels,
        )
        _add_dashboard(scope, parts, "services", dashboards.of_services(settings.name, settings.namespace))
        _add_dashboard(scope, parts, "data", dashboards.of_data(settings.name, settings.namespace))
    if observability.logs != "none":
        # the OpenTelemetry collector that we install, and what others usually have
        prefix = "k8s_" if observability.logs == "installed" else ""
        page = dashboards.of_logs(settings.name, settings.namespace, prefix=prefix)
        _add_dashboard(scope, parts, "logs", page)


def error_share(component: Component, *, pods: str | None = None) -> str:
    """PromQL: the share of a service's answers of the last five minutes that have status 5xx.

    pods: pattern of the pods' names. Left out: all.
    """
    which = f',pod=~"{pods}"' if pods else ""
    labels = f'namespace="{component.namespace}",service="{component.name}"{which}'
    failed = f'sum(rate(http_requests_total{{{labels},status=~"5.."}}[5m]))'
    return f"{failed} / sum(rate(http_requests_total{{{labels}}}[5m]))"


def alerts(parts: Parts, settings: AegisAIDeployment) -> Iterator[Alert]:
    """What a person should know, each with what to do first; docs/aegisai.md says more under its name."""
    for component in (*parts.services.values(), *filter(None, (parts.postgresql, parts.redis))):
        yield _down(component)
    for component in parts.services.values():
        yield _errors(component)
    yield from _of_pods(settings.namespace)
    yield from _of_volumes(settings.namespace)
    if settings.backup_job.enabled:
        yield from _of_backup(settings.namespace)


def _down(component: Component) -> Alert:
    pods = (
        f'namespace="{component.namespace}",condition="true",pod=~"{component.name}(-[a-z0-9]+)?-[a-z0-9]+"'
    )
    ready = f"(sum(kube_pod_status_ready{{{pods}}}) or vector(0)) == 0"
    return Alert(
        name="ServiceDown",
        expression=f'label_replace({ready}, "service", "{component.name}", "", "")',
        severity="critical",
        summary=f"No pod of {component.name} is ready",
        action=f"kubectl describe pods -n {component.namespace} -l app.kubernetes.io/name={component.name}: its events "
        "say whether the image, the node, the volume or a probe is missing",
        for_seconds=120,
    )


def _errors(component: Component) -> Alert:
    share = f"{error_share(component)} > 0.05"
    return Alert(
        name="ServiceErrors",
        expression=f'label_replace({share}, "service", "{component.name}", "", "")',
        severity="warning",
        summary=f"More than 5 % of the answers of {component.name} have status 5xx",
        action=f"kubectl logs -n {component.namespace} -l app.kubernetes.io/name={component.name} --tail=100; "
        "after a new version: kubectl rollout undo",
    )


def _of_pods(namespace: str) -> Iterator[Alert]:
    yield Alert(
        name="PodRestarts",
        expression=f'increase(kube_pod_container_status_restarts_total{{namespace="{namespace}"}}[30m]) > 3',
        severity="warning",
        summary="{{ $labels.pod }} has been started again more than three times in half an hour",
        action=f"kubectl logs -n {namespace} {{{{ $labels.pod }}}} --previous; a container that was killed "
        "(OOMKilled) needs a higher memory limit",
    )
    yield Alert(
        name="PodPending",
        expression=f'kube_pod_status_phase{{namespace="{namespace}",phase="Pending"}} == 1',
        severity="warning",
        summary="{{ $labels.pod }} finds no node, volume or image",
        action=f"kubectl describe pod -n {namespace} {{{{ $labels.pod }}}}: its events name what is missing",
        for_seconds=900,
    )
    replicas = f'kube_horizontalpodautoscaler_status_current_replicas{{namespace="{namespace}"}}'
    most = f'kube_horizontalpodautoscaler_spec_max_replicas{{namespace="{namespace}"}}'
    yield Alert(
        name="ScaledToTheMost",
        expression=f"{replicas} >= {most}",
        severity="warning",
        summary="{{ $labels.horizontalpodautoscaler }} has as many pods as it may",
        action="look whether the load is meant; then raise max_replicas in the deployment file, and see with "
        "make capacity whether the nodes are enough",
        for_seconds=1800,
    )


def _of_volumes(namespace: str) -> Iterator[Alert]:
    free = f'kubelet_volume_stats_available_bytes{{namespace="{namespace}"}}'
    size = f'kubelet_volume_stats_capacity_bytes{{namespace="{namespace}"}}'
    yield Alert(
        name="VolumeFilling",
        expression=f"{free} / {size} < 0.15",
        severity="critical",
        summary="The volume of {{ $labels.persistentvolumeclaim }} has less than 15 % left",
        action="raise storage in the deployment file and deploy; the pod goes on while its volume grows",
    )


def _of_backup(namespace: str) -> Iterator[Alert]:
    last = f'kube_cronjob_status_last_successful_time{{namespace="{namespace}",cronjob="{BACKUP}"}}'
    made = f'kube_cronjob_created{{namespace="{namespace}",cronjob="{BACKUP}"}}'
    yield Alert(
        name="BackupMissing",
        expression=f"time() - ({last} or {made}) > {BACKUP_HOURS * 3600}",
        severity="critical",
        summary=f"No backup of the database has succeeded for {BACKUP_HOURS} hours",
        action=f"kubectl logs -n {namespace} -l app.kubernetes.io/name={BACKUP} --all-containers; then "
        f"kubectl create job -n {namespace} backup-now --from=cronjob/{BACKUP}",
        for_seconds=600,
    )


def _add_dashboard(scope: Construct, parts: Parts, name: str, dashboard: str) -> None:
    title = f"dashboard-{name}"
    ConfigMap(
        scope,
        component=parts.alone(title, role="monitoring"),
        data={f"{parts.installation.deployment}-{name}.json": dashboard},
        labels=DASHBOARD,
    )
