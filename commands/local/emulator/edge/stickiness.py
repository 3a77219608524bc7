"""The cookie that keeps a browser with one target, where the target group asks for it (`lb_cookie`)."""

import hashlib
import hmac
import secrets
from email.utils import formatdate
from time import time

from commands.local.emulator.edge.targets import Target

NAME, CROSS_ORIGIN_NAME = "AWSALB", "AWSALBCORS"

_key = secrets.token_bytes(32)


def is_named(target: Target, cookies: str) -> bool:
    """Whether the cookies of a request name this target."""
    pairs = (part.strip().partition("=") for part in cookies.split(";"))
    values = [value for name, _, value in pairs if name in (NAME, CROSS_ORIGIN_NAME)]
    return any(hmac.compare_digest(value.encode(), _value(target).encode()) for value in values)


def cookies(target: Target, *, seconds: int, secure: bool) -> list[str]:
    """The two cookies that an answer sets; both begin anew with each answer."""
    expires = formatdate(time() + seconds, usegmt=True)
    own = f"{NAME}={_value(target)}; Expires={expires}; Path=/"
    cross_origin = f"{CROSS_ORIGIN_NAME}={_value(target)}; Expires={expires}; Path=/; SameSite=None"
    return [own, f"{cross_origin}; Secure" if secure else cross_origin]


def _value(target: Target) -> str:
    named = f"{target.group} {target.address} {target.port}"
    return hmac.new(_key, named.encode(), hashlib.sha256).hexdigest()
