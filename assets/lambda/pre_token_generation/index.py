"""Cognito pre-token-generation trigger (V1_0): which groups a token carries.

Open WebUI lets a known user keep their role when a token has no group at all, and refuses one whose groups
it does not know. So a user without one of our groups gets a group that it refuses. The automatic
`<pool>_<provider>` group of federated users is dropped; their provider's groups, in `custom:groups`, count
through GROUP_MAP alone.
"""

import json
import logging
import os
from collections.abc import Mapping
from typing import Any

LOG = logging.getLogger(__name__)
LOG.setLevel(logging.INFO)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the event with the groups in its response; odd values are no group and no error."""
    held = _pool_groups(event) | _mapped_groups(event)
    allowed = [name.strip() for name in os.environ.get("ALLOWED_GROUPS", "Admins,Users").split(",")]
    groups = [name for name in allowed if name in held] or [os.environ.get("REFUSED_GROUP", "NoAccess")]
    event["response"] = {"claimsOverrideDetails": {"groupOverrideDetails": {"groupsToOverride": groups}}}
    return event


def _pool_groups(event: Mapping[str, Any]) -> set[str]:
    return set(_texts(_object(_request(event).get("groupConfiguration")).get("groupsToOverride")))


def _mapped_groups(event: Mapping[str, Any]) -> set[str]:
    attributes = _object(_request(event).get("userAttributes"))
    # A user of the pool itself could write the attribute; only a provider's word counts.
    if attributes.get("cognito:user_status") != "EXTERNAL_PROVIDER" and not attributes.get("identities"):
        return set()
    mapping = _object(_json(os.environ.get("GROUP_MAP") or "{}"))
    theirs = provider_groups(attributes.get("custom:groups"))
    return {group for name in theirs if isinstance(group := mapping.get(name), str)}


def provider_groups(value: object) -> list[str]:
    """Read the names in a JSON list, in `[a, b]` as Cognito writes SAML's lists, or in `a,b`."""
    if not isinstance(value, str):
        return []
    text = value.strip()
    if text.startswith("[") and text.endswith("]"):
        listed = _json(text)
        if isinstance(listed, list):
            return _texts(listed)
        text = text[1:-1]
    return [name for name in (part.strip() for part in text.split(",")) if name]


def _request(event: Mapping[str, Any]) -> dict[str, Any]:
    return _object(event.get("request"))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        LOG.warning("text of %d characters is no JSON", len(text))
        return None
