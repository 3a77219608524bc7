"""What is measured, what is an alert, and what is shown."""

from k8s.component import Component

PROMETHEUS_SERVICE = "prometheus-operated"
"""The name that the Prometheus operator gives to its own Service, whatever the release is called."""


def error_share(component: Component) -> str:
    """PromQL: the share of a service's answers of the last five minutes that have status 5xx."""
    labels = f'namespace="{component.namespace}",service="{component.name}"'
    failed = f'sum(rate(http_requests_total{{{labels},status=~"5.."}}[5m]))'
    return f"{failed} / sum(rate(http_requests_total{{{labels}}}[5m]))"
