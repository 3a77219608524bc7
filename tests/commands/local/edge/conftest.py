"""The deployed edge, a browser, and back ends at addresses of their own."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.commands.local.edge.back_end import BackEnd, back_end, until
from tests.commands.local.edge.browser import Browser
from tests.commands.local.edge.template import template
from tests.commands.local.emulated import Emulated

STACK = "edge"


@dataclass(frozen=True, kw_only=True)
class Edge:
    """What is deployed, by the names of the template's outputs."""

    emulated: Emulated
    browser: Browser
    outputs: dict[str, str]

    @property
    def elb(self) -> Any:
        return self.emulated.client("elbv2")

    @property
    def https(self) -> str:
        """The distribution."""
        return f"https://{self.outputs['Distribution']}"

    @property
    def http(self) -> str:
        """The load balancer behind the distribution, as one inside the VPC reaches it."""
        return f"http://{self.outputs['Internal']}"

    def states(self, group: str = "InternalTargets") -> dict[str, str]:
        """Address → state of a group's targets."""
        described = self.elb.describe_target_health(TargetGroupArn=self.outputs[group])
        return {
            each["Target"]["Id"]: each["TargetHealth"]["State"]
            for each in described["TargetHealthDescriptions"]
        }

    def register(self, back_end: BackEnd, group: str = "InternalTargets") -> None:
        """Register a back end and wait until it is in service."""
        target = {"Id": back_end.address, "Port": back_end.port}
        self.elb.register_targets(TargetGroupArn=self.outputs[group], Targets=[target])
        until(lambda: self.states(group).get(back_end.address) == "healthy")

    def deregister(self, back_end: BackEnd, group: str = "InternalTargets") -> None:
        """Take a back end out."""
        self.elb.deregister_targets(
            TargetGroupArn=self.outputs[group], Targets=[{"Id": back_end.address, "Port": back_end.port}]
        )

    def set_group(self, **attributes: str) -> None:
        """Change attributes of the internal group; a double underscore stands for a dot."""
        self.elb.modify_target_group_attributes(
            TargetGroupArn=self.outputs["InternalTargets"],
            Attributes=[{"Key": key.replace("__", "."), "Value": value} for key, value in attributes.items()],
        )

    def set_idle_timeout(self, seconds: int) -> None:
        """Of the internal load balancer."""
        self.elb.modify_load_balancer_attributes(
            LoadBalancerArn=self.outputs["InternalArn"],
            Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": str(seconds)}],
        )

    def seen(self, count: int, url: str | None = None, *, cookie: str = "") -> list[str]:
        """The addresses that answered so many requests."""
        headers = {"Cookie": cookie} if cookie else {}
        return [self.browser.get(url or self.http, headers=headers).told["address"] for _ in range(count)]


@pytest.fixture(scope="module")
def edge(emulated: Emulated) -> Edge:
    """The template of the tests, deployed; health is checked each second, which AWS does not offer."""
    assert emulated.deploy(STACK, template()) == "CREATE_COMPLETE", emulated.failures(STACK)
    state = emulated.place.state
    browser = Browser(authority=state / "authority.pem", ports=json.loads((state / "edge.json").read_text()))
    made = Edge(emulated=emulated, browser=browser, outputs=emulated.outputs(STACK))
    elb = unchecked_client(emulated)
    for group in ("InternalTargets", "PublicTargets"):
        elb.modify_target_group(TargetGroupArn=made.outputs[group], HealthCheckIntervalSeconds=1)
    return made


def unchecked_client(emulated: Emulated) -> Any:
    """A client that does not know the least interval of health checks."""
    return boto3.client(
        "elbv2",
        endpoint_url=emulated.server.url,
        region_name=emulated.place.region,
        aws_access_key_id=emulated.place.account,
        aws_secret_access_key="local",
        config=Config(parameter_validation=False),
    )


@pytest.fixture
def two(edge: Edge) -> Iterator[list[BackEnd]]:
    """Two back ends in service behind the distribution."""
    with ExitStack() as running:
        both = [running.enter_context(back_end(f"127.18.9.{number}")) for number in (1, 2)]
        for each in both:
            edge.register(each)
        yield both
        for each in both:
            each.release.set()
            edge.deregister(each)
        until(lambda: not edge.states())


@pytest.fixture
def one(edge: Edge) -> Iterator[BackEnd]:
    """One back end in service behind the distribution, and behind the public load balancer too."""
    with back_end("127.18.9.3") as running:
        for group in ("InternalTargets", "PublicTargets"):
            edge.register(running, group)
        yield running
        running.release.set()
        for group in ("InternalTargets", "PublicTargets"):
            edge.deregister(running, group)
        until(lambda: not edge.states() and not edge.states("PublicTargets"))
