"""What the Prometheus operator reads: what is scraped, and what is an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from constructs import Construct

from k8s.component import Component
from k8s.objects import PlainObject
from k8s.service import SERVICE_LABEL, Service

API_VERSION = "monitoring.coreos.com/v1"


class ServiceMonitor(PlainObject):
    def __init__(
        self,
        scope: Construct,
        *,
        service: Service,
        port_name: str,
        path: str = "/metrics",
        every_seconds: int = 30,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            service: Whose pods are scraped.
            port_name: The Service's port with the metrics.
            path: Of the metrics.
            every_seconds: How often.
            labels: By which the operator selects monitors, beside the recommended ones.

        Raises:
            ValueError: The Service has no port of that name.
        """
        if port_name not in service.ports:
            known = ", ".join(service.ports)
            raise ValueError(
                f"a monitor names port {port_name!r} of Service {service.object_name}; its ports: {known}"
            )
        component = service.component
        super().__init__(
            scope,
            api_version=API_VERSION,
            kind="ServiceMonitor",
            component=component,
            name=service.object_name,
            labels=labels,
            fields={
                "spec": {
                    "selector": {"matchLabels": {**component.selector, SERVICE_LABEL: service.object_name}},
                    "namespaceSelector": {"matchNames": [component.namespace]},
                    "endpoints": [{"port": port_name, "path": path, "interval": f"{every_seconds}s"}],
                }
            },
        )


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something a person should know.

    expression: PromQL that has a result while it is so. for_seconds: how long before it is told. action: what to do.
    """

    name: str
    expression: str
    severity: Literal["critical", "warning", "info"]
    summary: str
    action: str
    for_seconds: int = 300


class PrometheusRule(PlainObject):
    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        alerts: Sequence[Alert],
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            component: What the alerts are about; rule and group have its name.
            alerts: What a person should know.
            labels: By which the operator selects rules, beside the recommended ones.
        """
        super().__init__(
            scope,
            api_version=API_VERSION,
            kind="PrometheusRule",
            component=component,
            labels=labels,
            fields={
                "spec": {"groups": [{"name": component.name, "rules": [_rule(each) for each in alerts]}]}
            },
        )


def _rule(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": f"{alert.for_seconds}s",
        "labels": {"severity": alert.severity},
        "annotations": {"summary": alert.summary, "runbook": alert.action},
    }
