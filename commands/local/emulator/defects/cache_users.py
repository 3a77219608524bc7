"""Defect: what ElastiCache answers of a user is no XML when the access string has `&*`, as one for channels must.

Passwords in `AuthenticationMode`, where CloudFormation and newer callers put them, are not counted either.
"""

from typing import Any
from xml.sax.saxutils import escape

from ministack.services import elasticache

PASSWORDS = "AuthenticationMode.Passwords.member."
Request = dict[str, Any]


def install() -> None:
    native = elasticache._user_xml

    def user_xml(user: dict[str, Any]) -> str:
        text: str = native({**user, "AccessString": escape(user["AccessString"])})
        return text

    elasticache._user_xml = user_xml
    for name in ("_create_user", "_modify_user"):
        setattr(elasticache, name, _counting(getattr(elasticache, name)))


def _counting(native: Any) -> Any:
    def action(request: Request) -> Any:
        given = [value for name, value in request.items() if name.startswith(PASSWORDS)]
        plain = {f"Passwords.member.{index}": value for index, value in enumerate(given, 1)}
        return native({**plain, **request})

    return action
