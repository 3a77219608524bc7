"""Who may open a connection to whom in a deployment of Open WebUI, as data."""

from applications import litellm, open_webui
from constructs.network.access_rules import Allow, Cidr, ManagedPrefixList
from settings.open_webui import OpenWebUIDeployment

CLOUDFRONT = ManagedPrefixList(name="com.amazonaws.global.cloudfront.origin-facing")


def access_rules(settings: OpenWebUIDeployment) -> list[Allow]:
    """Who may open a connection to whom (seeds/001, "Security Groups Architecture", and database and cache)."""
    rules = [
        *_visitors(settings),
        Allow(
            to="tasks", port=open_webui.PORT, source="load_balancer", why="requests from the load balancer"
        ),
        Allow(to="file_system", port=2049, source="tasks", why="NFS from the tasks"),
        Allow(to="database", port=5432, source="tasks", why="PostgreSQL from the tasks"),
    ]
    if settings.cached:
        rules.append(Allow(to="cache", port=6379, source="tasks", why="Valkey from the tasks"))
    if settings.application.litellm is not None:
        rules.append(Allow(to="litellm", port=litellm.PORT, source="tasks", why="models from the tasks"))
    return rules


def _visitors(settings: OpenWebUIDeployment) -> list[Allow]:
    if settings.load_balancer.edge == "cloudfront":
        return [Allow(to="load_balancer", port=80, source=CLOUDFRONT, why="CloudFront")]
    tls = settings.load_balancer.tls
    ports = {443: "browsers", 80: "browsers, redirected to HTTPS"} if tls else {80: "browsers"}
    return [
        Allow(to="load_balancer", port=port, source=Cidr(block=block), why=why)
        for block in settings.load_balancer.allowed_cidrs
        for port, why in ports.items()
    ]
