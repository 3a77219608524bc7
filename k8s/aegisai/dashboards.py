"""Grafana dashboards as JSON; each lets the viewer choose the data source."""

from collections.abc import Mapping
from typing import Literal

from grafana_foundation_sdk.builders import dashboard, logs, loki, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef

Kind = Literal["prometheus", "loki"]
WIDTH, HEIGHT = 12, 8
"""In Grafana's grid of 24 columns."""


def of_services(deployment: str, namespace: str) -> str:
    """How services answer, and what they use."""
    here = f'namespace="{namespace}"'
    rate = f"sum by (service) (rate(http_requests_total{{{here}}}[5m]))"
    failed = f'sum by (service) (rate(http_requests_total{{{here},status=~"5.."}}[5m]))'
    bucket = f"sum by (service, le) (rate(http_request_duration_seconds_bucket{{{here}}}[5m]))"
    autoscaler = f"kube_horizontalpodautoscaler_status_current_replicas{{{here}}}"
    most = f"kube_horizontalpodautoscaler_spec_max_replicas{{{here}}}"
    cpu = f'sum by (pod) (rate(container_cpu_usage_seconds_total{{{here},container!=""}}[5m]))'
    memory = f'sum by (pod) (container_memory_working_set_bytes{{{here},container!=""}})'
    page = _page(deployment, "services", "prometheus")
    for title, unit, queries in (
        ("Requests", "reqps", {"{{service}}": rate}),
        ("Share of errors", "percentunit", {"{{service}}": f"{failed} / {rate}"}),
        ("95 % are answered within", "s", {"{{service}}": f"histogram_quantile(0.95, {bucket})"}),
        (
            "Pods",
            "short",
            {"{{horizontalpodautoscaler}}": autoscaler, "{{horizontalpodautoscaler}}: most": most},
        ),
        ("CPU", "short", {"{{pod}}": cpu}),
        ("Memory", "bytes", {"{{pod}}": memory}),
    ):
        page.with_panel(_graph(title, unit, queries))
    return _json(page)


def of_data(deployment: str, namespace: str) -> str:
    """Volumes and backups."""
    here = f'namespace="{namespace}"'
    free = f"kubelet_volume_stats_available_bytes{{{here}}} / kubelet_volume_stats_capacity_bytes{{{here}}}"
    last = f"time() - kube_cronjob_status_last_successful_time{{{here}}}"
    failed = f"sum by (job_name) (kube_job_status_failed{{{here}}})"
    page = _page(deployment, "data", "prometheus")
    for title, unit, queries in (
        ("Volumes: free", "percentunit", {"{{persistentvolumeclaim}}": free}),
        ("Backups: age of the newest", "s", {"{{cronjob}}": last}),
        ("Jobs that failed", "short", {"{{job_name}}": failed}),
    ):
        page.with_panel(_graph(title, unit, queries))
    return _json(page)


def of_logs(deployment: str, namespace: str, *, prefix: str) -> str:
    """What the pods say.

    prefix: of the labels of namespace and pod, which each collector spells in its own way.
    """
    here = f'{{{prefix}namespace{"_name" if prefix else ""}="{namespace}"}}'
    pod = f"{prefix}pod{'_name' if prefix else ''}"
    page = _page(deployment, "logs", "loki")
    counted = f'sum by ({pod}) (count_over_time({here} |~ "(?i)error|exception" [5m]))'
    page.with_panel(
        timeseries.Panel()
        .title("Lines with errors")
        .datasource(_source("loki"))
        .span(24)
        .height(HEIGHT)
        .with_target(loki.Dataquery().expr(counted).legend_format(f"{{{{{pod}}}}}").ref_id("A"))
    )
    page.with_panel(
        logs.Panel()
        .title("Newest lines")
        .datasource(_source("loki"))
        .span(24)
        .height(2 * HEIGHT)
        .with_target(loki.Dataquery().expr(here).ref_id("A"))
    )
    return _json(page)


def _page(deployment: str, name: str, kind: Kind) -> dashboard.Dashboard:
    return (
        dashboard.Dashboard(f"{deployment}: {name}")
        .uid(f"{deployment}-{name}"[:40])
        .tags(["aegisai", deployment])
        .refresh("1m")
        .time("now-6h", "now")
        .readonly()
        .with_variable(dashboard.DatasourceVariable("source").label("Data source").type(kind))
    )


def _graph(title: str, unit: str, queries: Mapping[str, str]) -> timeseries.Panel:
    panel = (
        timeseries.Panel()
        .title(title)
        .unit(unit)
        .datasource(_source("prometheus"))
        .span(WIDTH)
        .height(HEIGHT)
    )
    for letter, (legend, query) in zip("ABC", queries.items(), strict=False):
        panel.with_target(prometheus.Dataquery().expr(query).legend_format(legend).ref_id(letter))
    return panel


def _source(kind: Kind) -> DataSourceRef:
    return DataSourceRef(type_val=kind, uid="${source}")


def _json(page: dashboard.Dashboard) -> str:
    return JSONEncoder(sort_keys=True, indent=1).encode(page.build())
