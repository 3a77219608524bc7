"""The deployment file of `system: open-webui`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from settings.application import ApplicationSettings
from settings.cache import CacheSettings
from settings.caution import Caution
from settings.database import uncertified
from settings.deployment import RecoverableDeployment
from settings.files import FileSettings
from settings.load_balancer import LoadBalancerSettings, certificate_refusals
from settings.model import Refusal
from settings.sign_in import RESERVED_IN_PREFIX, SignInSettings
from settings.tasks import TaskSettings

TLS = ("load_balancer.certificate_arn", "load_balancer.domain", "load_balancer.edge")
"""What gives HTTPS."""


class OpenWebUIDeployment(RecoverableDeployment):
    """Open WebUI on ECS Fargate."""

    system: Literal["open-webui"]
    """The system that this file deploys."""
    allow_plain_http: bool = False
    """Accept that passwords and chats cross the network unencrypted; only without certificate, domain and
    CloudFront."""
    application: ApplicationSettings = ApplicationSettings()
    load_balancer: LoadBalancerSettings = LoadBalancerSettings()
    sign_in: SignInSettings = SignInSettings()
    tasks: TaskSettings = TaskSettings()
    files: FileSettings = FileSettings()
    cache: CacheSettings = CacheSettings()

    @property
    def cached(self) -> bool:
        """Whether the cache is made."""
        return self.tasks.max_tasks > 1 if self.cache.enabled is None else self.cache.enabled

    def cautions(self, *, packages: Path) -> Iterator[Caution]:
        yield from super().cautions(packages=packages)
        for caution in self.application.unknown_variables(packages=packages):
            yield Caution(("application", *caution.path), caution.message)
        if self.sign_in.invites_nobody and not self.stands_by:
            message = (
                "is left out, so the deployment invites nobody to sign in; give the first person's address, or "
                "make the first user by hand: docs/open-webui.md, People and groups"
            )
            yield Caution(("sign_in", "admin_email"), message)

    def refusals(self) -> Iterator[Refusal]:
        yield from super().refusals()
        yield from self._https_refusals()
        yield from self._sign_in_refusals()
        yield from self._network_refusals()
        if self.tasks.max_tasks > 1 and self.cache.enabled is False:
            message = (
                f"cache.enabled is false and tasks.max_tasks {self.tasks.max_tasks}, whose tasks share it; "
                "remove cache.enabled or use tasks.max_tasks: 1"
            )
            yield Refusal(message, "cache.enabled", "tasks.max_tasks")
        yield from uncertified(self.region)

    def _https_refusals(self) -> Iterator[Refusal]:
        tls = self.load_balancer.tls
        if tls and self.allow_plain_http:
            yield Refusal("is true and HTTPS is configured; remove it", "allow_plain_http", *TLS)
        if not tls and not self.allow_plain_http:
            message = (
                "is missing, and nothing says how browsers get HTTPS; give load_balancer.certificate_arn, "
                "load_balancer.domain or load_balancer.edge: cloudfront, or write allow_plain_http: true"
            )
            yield Refusal(message, "allow_plain_http", *TLS)
        yield from certificate_refusals(
            self.load_balancer.certificate_arn,
            "load_balancer.certificate_arn",
            region=self.region,
            account=self.account,
        )

    def _sign_in_refusals(self) -> Iterator[Refusal]:
        sign_in, isolated = self.sign_in, self.network.egress == "isolated"
        if sign_in.method == "password":
            if sign_in.admin_email is None:
                message = "is missing, and sign_in.method is password; give the administrator's address"
                yield Refusal(message, "sign_in.admin_email", "sign_in.method")
            if sign_in.providers:
                message = "needs sign_in.method: cognito; use it, or remove the providers"
                yield Refusal(message, "sign_in.providers", "sign_in.method")
            return
        if self.allow_plain_http and not self.load_balancer.tls:
            message = (
                "is cognito, which takes no http address; configure HTTPS, or use sign_in.method: password"
            )
            yield Refusal(message, "sign_in.method", "allow_plain_http", *TLS)
        if isolated:
            message = (
                "is cognito, whose pages are on the internet, and network.egress is isolated; "
                "use network.egress: nat, or sign_in.method: password"
            )
            yield Refusal(message, "sign_in.method", "network.egress")
        word = next((word for word in RESERVED_IN_PREFIX if word in self.name), None)
        if word is not None and sign_in.domain_prefix is None:
            message = (
                f"is missing, and the name {self.name} holds {word!r}, which Amazon Cognito reserves; "
                "give a prefix, or rename the file"
            )
            yield Refusal(message, "sign_in.domain_prefix", "sign_in.method")

    def _network_refusals(self) -> Iterator[Refusal]:
        if self.network.egress == "isolated" and self.application.registry is None:
            message = "is missing, and network.egress is isolated; name a mirror registry in the VPC's reach"
            yield Refusal(message, "application.registry", "network.egress")
        existing = self.network.existing
        if existing is not None and self.load_balancer.edge == "alb" and not existing.public_subnet_ids:
            message = (
                "is missing for an internet-facing load balancer; "
                "give one subnet per zone, or use load_balancer.edge: cloudfront"
            )
            yield Refusal(message, "network.existing.public_subnet_ids", "load_balancer.edge")
