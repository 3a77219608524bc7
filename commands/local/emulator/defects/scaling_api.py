"""Defect: there is no Application Auto Scaling; here is its API, as far as targets, policies and schedules go.

Nothing scales: what was registered is kept, validated by botocore on the caller's side, and answered.
"""

import json
import time
from typing import Any

from ministack import app
from ministack.core import router
from ministack.core.responses import (
    AccountRegionScopedDict,
    error_response_json,
    get_account_id,
    get_region,
    json_response,
    new_uuid,
)

SERVICE = "application-autoscaling"
PREFIX = "AnyScaleFrontendService."
TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
Request = dict[str, Any]

KINDS = {
    "ScalableTarget": (TARGET, "ScalableTargets", "ScalableTargetARN", "scalable-target/{id}"),
    "ScalingPolicy": (
        (*TARGET, "PolicyName"),
        "ScalingPolicies",
        "PolicyARN",
        "scalingPolicy:{id}:resource/{ServiceNamespace}/{ResourceId}:policyName/{PolicyName}",
    ),
    "ScheduledAction": (
        (*TARGET, "ScheduledActionName"),
        "ScheduledActions",
        "ScheduledActionARN",
        "scheduledAction:{id}:resource/{ServiceNamespace}/{ResourceId}:scheduledActionName/{ScheduledActionName}",
    ),
}
"""Kind → what names one, the list's name in the answer, its ARN's name and form."""

_kept: dict[str, AccountRegionScopedDict] = {kind: AccountRegionScopedDict() for kind in KINDS}


def install() -> None:
    """Let ministack route the service's requests here."""
    router.SERVICE_PATTERNS[SERVICE] = {
        "target_prefixes": [PREFIX],
        "host_patterns": [r"application-autoscaling\."],
    }
    app.SERVICE_HANDLERS[SERVICE] = handle


async def handle(_method: str, _path: str, headers: dict[str, str], body: bytes, _query: Request) -> Any:
    """One request of the API."""
    action = headers.get("x-amz-target", "").removeprefix(PREFIX)
    request: Request = json.loads(body or b"{}")
    for verb, act in (
        ("Register", put),
        ("Put", put),
        ("Deregister", delete),
        ("Delete", delete),
        ("Describe", describe),
    ):
        kind = action.removeprefix(verb)
        found = kind if kind in KINDS else next((each for each in KINDS if KINDS[each][1] == kind), None)
        if action.startswith(verb) and found:
            return act(found, request)
    return error_response_json("UnknownOperationException", f"{action} is not emulated", 400)


def put(kind: str, request: Request) -> Any:
    """Keep it, over what was kept before under its name."""
    names, _, arn_name, form = KINDS[kind]
    if kind != "ScalableTarget" and _name(TARGET, request) not in _kept["ScalableTarget"]:
        return error_response_json(
            "ObjectNotFoundException", f"No scalable target registered for {request['ResourceId']}", 400
        )
    before = _kept[kind].get(_name(names, request), {})
    arn = before.get(arn_name) or (
        f"arn:aws:{'application-autoscaling' if kind == 'ScalableTarget' else 'autoscaling'}:{get_region()}:"
        f"{get_account_id()}:" + form.format(id=new_uuid(), **request)
    )
    _kept[kind][_name(names, request)] = {
        **before,
        **request,
        arn_name: arn,
        "CreationTime": before.get("CreationTime", time.time()),
    }
    return json_response({arn_name: arn} | ({"Alarms": []} if kind == "ScalingPolicy" else {}))


def delete(kind: str, request: Request) -> Any:
    """Forget it, and with a target what belongs to it."""
    names = KINDS[kind][0]
    if _kept[kind].pop(_name(names, request), None) is None:
        return error_response_json(
            "ObjectNotFoundException", f"No {kind} found for {request['ResourceId']}", 400
        )
    if kind == "ScalableTarget":
        for other in ("ScalingPolicy", "ScheduledAction"):
            for name in [each for each in _kept[other] if each.startswith(_name(names, request))]:
                _kept[other].pop(name)
    return json_response({})


def describe(kind: str, request: Request) -> Any:
    """All that fit the request."""
    wanted = {name: request[name] for name in TARGET if name in request}
    wanted_ids = request.get("ResourceIds")
    found = [
        each
        for each in _kept[kind].values()
        if all(each.get(name) == value for name, value in wanted.items())
        and (wanted_ids is None or each["ResourceId"] in wanted_ids)
    ]
    return json_response({KINDS[kind][1]: found})


def _name(names: tuple[str, ...], request: Request) -> str:
    return "|".join(str(request[name]) for name in names) + "|"
