"""What a service tells of itself: its events, newest first."""

from typing import Any

from ministack.core.responses import new_uuid, now_iso

KEPT = 100


def tell(service: dict[str, Any], text: str) -> None:
    """Add an event; `text` follows the service's name."""
    events = service.setdefault("events", [])
    message = f"(service {service['serviceName']}) {text}"
    events.insert(0, {"id": new_uuid(), "createdAt": now_iso(), "message": message})
    del events[KEPT:]
