"""How a task does behind its load balancer, as DescribeTargetHealth answers."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from commands.local.emulator.own_client import own_client

GONE = ("gone", "unused")
"""What a target is called that its group has let go of."""


def health(service: Mapping[str, Any], *, address: str) -> dict[str, tuple[str, str]] | None:
    """Target group → state and reason of the task's address in it; one of `GONE` where it is not registered.

    Nothing at all while the API does not answer, which says nothing of the task.
    """
    found = {}
    for each in service.get("loadBalancers") or ():
        group, port = each["targetGroupArn"], int(each["containerPort"])
        try:
            answer = own_client("elbv2").describe_target_health(
                TargetGroupArn=group, Targets=[{"Id": address, "Port": port}]
            )
        except ClientError:
            found[group] = (GONE[0], "the target group does not exist")
            continue
        except BotoCoreError:
            return None
        states = [
            (one["TargetHealth"]["State"], one["TargetHealth"].get("Description", ""))
            for one in answer["TargetHealthDescriptions"]
            if one["Target"]["Id"] == address
        ]
        found[group] = states[0] if states else (GONE[0], "")
    return found
