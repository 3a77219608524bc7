"""Health checks of target groups as they are deployed, and what DescribeTargetHealth says of them."""

import asyncio
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import ClientError, ClientSession, ClientTimeout
from ministack.services import alb

from commands.local.emulator.edge.targets import ELSEWHERE, LEAVING, Finding, Key, State, Target, Targets

SECONDS_BETWEEN_LOOKS = 0.1
FAILED = Finding(reason="Target.FailedHealthChecks", description="Health checks failed")
TIMED_OUT = Finding(reason="Target.Timeout", description="Request timed out")

Group = dict[str, Any]


class Health:
    """Follows the registrations; each target has a task that checks it for as long as it is registered."""

    def __init__(self, targets: Targets, session: ClientSession) -> None:
        self.targets = targets
        self._session = session
        self._checks: dict[Key, asyncio.Task[None]] = {}

    def install(self) -> None:
        """Let ministack's API answer the health that is found here."""
        alb._ACTION_MAP["DescribeTargetHealth"] = partial(described, self.targets)

    def begin(self) -> None:
        """Follow the registrations from now on, in the loop that runs."""
        asyncio.get_running_loop().call_later(SECONDS_BETWEEN_LOOKS, self.begin)
        self._follow(_registered())

    def _follow(self, registered: dict[Key, Group]) -> None:
        for key in registered:
            known = self.targets.all.get(key)
            if known is None or known.state is State.DRAINING:
                arn, address, port = key
                target = Target(group=arn, address=address, port=port)
                self.targets.all[key] = target
                self._checks[key] = asyncio.create_task(self._check(target))
        now = asyncio.get_running_loop().time()
        for key, target in list(self.targets.all.items()):
            if key not in registered and target.state is not State.DRAINING:
                self._checks.pop(key).cancel()
                target.state, target.finding = State.DRAINING, LEAVING
                target.leaves_at = now + _deregistration_seconds(target.group)
            if target.state is State.DRAINING and (not target.open or now >= target.leaves_at):
                for task in target.open:
                    task.cancel()
                del self.targets.all[key]

    async def _check(self, target: Target) -> None:
        loop = asyncio.get_running_loop()
        while (group := _group(target.group)) is not None:
            due = loop.time() + group["HealthCheckIntervalSeconds"]
            finding = await self._finding(target, group)
            if finding is None:
                target.passed(threshold=group["HealthyThresholdCount"])
            else:
                target.failed(finding, threshold=group["UnhealthyThresholdCount"])
            await asyncio.sleep(due - loop.time())

    async def _finding(self, target: Target, group: Group) -> Finding | None:
        if not target.is_here:
            return ELSEWHERE
        port = group["HealthCheckPort"]
        checked = Target(
            group=target.group,
            address=target.address,
            port=target.port if port == "traffic-port" else int(port),
        )
        try:
            async with self._session.get(
                f"{checked.url}{group['HealthCheckPath']}",
                allow_redirects=False,
                headers={"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"},
                timeout=ClientTimeout(total=group["HealthCheckTimeoutSeconds"]),
            ) as answer:
                status = answer.status
        except TimeoutError:
            return TIMED_OUT
        except (ClientError, OSError):
            return FAILED
        if matches(status, str(group["Matcher"]["HttpCode"])):
            return None
        return Finding(
            reason="Target.ResponseCodeMismatch",
            description=f"Health checks failed with these codes: [{status}]",
        )


def matches(status: int, matcher: str) -> bool:
    """Whether the matcher (`200`, `200,302`, `200-299`) takes this status."""
    for part in matcher.split(","):
        first, _, last = part.strip().partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False


def described(targets: Targets, parameters: dict[str, Any]) -> Any:
    """The answer to DescribeTargetHealth."""
    arn = alb._p(parameters, "TargetGroupArn")
    if arn not in alb._tgs:
        return alb._error("TargetGroupNotFound", f"Target group '{arn}' not found.")
    wanted = {each["Id"] for each in alb._parse_targets_param(parameters)}
    known = {(target.address, target.port): target for target in targets.of(arn)}
    for _, address, port in _registered(arn):  # one that the loop has not seen yet
        known.setdefault((address, port), Target(group=arn, address=address, port=port))
    members = "".join(_member(target) for target in known.values() if not wanted or target.address in wanted)
    inner = f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"
    return alb._xml(200, "DescribeTargetHealth", inner)


def _member(target: Target) -> str:
    finding = target.finding
    why = (
        f"<Reason>{finding.reason}</Reason><Description>{escape(finding.description)}</Description>"
        if finding
        else ""
    )
    return (
        f"<member><Target><Id>{escape(target.address)}</Id><Port>{target.port}</Port></Target>"
        f"<HealthCheckPort>{target.port}</HealthCheckPort>"
        f"<TargetHealth><State>{target.state}</State>{why}</TargetHealth></member>"
    )


def _registered(only: str | None = None) -> dict[Key, Group]:
    found: dict[Key, Group] = {}
    for (_, _, arn), group in list(alb._tgs._data.items()):
        if only in (None, arn) and group["TargetType"] in ("ip", "instance"):
            account = arn.split(":")[4]
            for target in list(alb._targets._data.get((account, arn), [])):
                found[arn, target["Id"], int(target.get("Port") or group["Port"])] = group
    return found


def _group(arn: str) -> Group | None:
    for (_, _, known), group in list(alb._tgs._data.items()):
        if known == arn:
            return dict(group)
    return None


def group_attribute(arn: str, key: str, default: str) -> str:
    """An attribute of a target group as it is deployed."""
    attributes = alb._tg_attrs._data.get((arn.split(":")[4], arn), [])
    return str(next((each["Value"] for each in attributes if each["Key"] == key), default))


def _deregistration_seconds(arn: str) -> float:
    return float(group_attribute(arn, "deregistration_delay.timeout_seconds", "300"))
