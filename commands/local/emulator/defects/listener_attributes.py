"""Defect: a listener's attributes are kept when it is changed, and not when it is made.

They hold the response headers that a load balancer adds, such as Strict-Transport-Security.
"""

from typing import Any

from ministack.services import alb
from ministack.services.cloudformation import provisioners

TYPE = "AWS::ElasticLoadBalancingV2::Listener"


def install() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    native = handlers["create"]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        made: tuple[str, dict[str, str]] = native(logical_id, properties, stack)
        kept = alb._listener_attrs.setdefault(made[0], [])
        provisioners._elbv2_merge_attributes(kept, properties.get("ListenerAttributes"))
        return made

    handlers["create"] = create
