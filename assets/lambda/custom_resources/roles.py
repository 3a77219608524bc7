"""PostgreSQL roles of an application: an owner that nobody can log in as, and logins that act as the owner.

Whatever a login creates belongs to the owner (it is that role from the start), so that logins can take
turns. Only a SCRAM verifier of a password reaches the database: it stands in no statement, hence in no log
of one.
"""

import base64
import hashlib
import hmac
import re
import secrets

from answer import Refused
from data_api import DataApi

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
RESERVED = ("pg_", "postgres", "rds", "template0", "template1")
SCRAM_ITERATIONS = 4096
MAINTENANCE_DATABASE = "postgres"


def identifier(name: str, *, what: str) -> str:
    """`name` quoted as an SQL identifier, after a check that it needs no quoting."""
    if not IDENTIFIER.fullmatch(name) or name.startswith(RESERVED):
        raise Refused(
            f"{what} {name[:80]!r} is no usable name; take at most 63 lower-case letters, digits and "
            f"underscores, a letter first, and none of PostgreSQL's own names"
        )
    return f'"{name}"'


def literal(text: str) -> str:
    """Quote printable ASCII `text`; all but letters and digits are escaped, so that no parser stumbles."""
    return "E'" + re.sub(r"[^A-Za-z0-9]", lambda match: f"\\x{ord(match[0]):02X}", text) + "'"


def scram_verifier(password: str) -> str:
    """What PostgreSQL itself would store for `password` (RFC 5803)."""
    # Other characters would have to be normalised (SASLprep) exactly as each client does it.
    if not all(" " <= character <= "~" for character in password):
        raise Refused("the application's password is not printable ASCII; put a new one into its secret")
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ITERATIONS)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"


def logins(owner: str) -> tuple[str, str]:
    """The two login roles of an owner, which take turns at each rotation."""
    return f"{owner}_a", f"{owner}_b"


def other_login(login: str, *, owner: str) -> str:
    """Whose turn it is after `login`."""
    first, second = logins(owner)
    return second if login == first else first


def ensure_owner(api: DataApi, *, owner: str) -> None:
    """Make the role that owns a database; the master joins it, as PostgreSQL 16 asks of a giver."""
    quoted = identifier(owner, what="owner role")
    _refuse_master(api, role=owner)
    _ensure_role(api, role=owner, options="NOLOGIN")
    api.execute(f"GRANT {quoted} TO CURRENT_USER", database=MAINTENANCE_DATABASE)


def ensure_login(api: DataApi, *, login: str, password: str, owner: str) -> None:
    """A role that logs in with `password` and then is `owner`."""
    if login not in logins(owner):
        # Any other role might be somebody else's, who would lose the password.
        raise Refused(
            f"user name {login[:80]!r} is none of {owner!r}; "
            f"put {logins(owner)[0]!r} into the application's secret"
        )
    quoted, quoted_owner = identifier(login, what="user name"), identifier(owner, what="owner role")
    _refuse_master(api, role=login)
    _ensure_role(api, role=login, options="LOGIN")
    api.execute(
        f"ALTER ROLE {quoted} LOGIN PASSWORD {literal(scram_verifier(password))}",
        database=MAINTENANCE_DATABASE,
        confidential=True,
    )
    api.execute(f"GRANT {quoted_owner} TO {quoted}", database=MAINTENANCE_DATABASE)
    api.execute(f"ALTER ROLE {quoted} SET ROLE TO {literal(owner)}", database=MAINTENANCE_DATABASE)


def shut_other_login(api: DataApi, *, login: str, owner: str) -> None:
    """Let nobody log in any more as the role whose turn it is not; what is logged in stays so.

    Its next turn opens it again, with a new password.
    """
    other = other_login(login, owner=owner)
    if api.execute(
        f"SELECT 1 FROM pg_roles WHERE rolname = {literal(other)} AND rolcanlogin",  # noqa: S608 (literal)
        database=MAINTENANCE_DATABASE,
    ):
        quoted = identifier(other, what="user name")
        api.execute(f"ALTER ROLE {quoted} NOLOGIN", database=MAINTENANCE_DATABASE)


def _ensure_role(api: DataApi, *, role: str, options: str) -> None:
    api.ensure(
        unless=f"SELECT 1 FROM pg_roles WHERE rolname = {literal(role)}",  # noqa: S608 (quoted by literal)
        then=f"CREATE ROLE {identifier(role, what='role')} {options}",
        database=MAINTENANCE_DATABASE,
    )


def _refuse_master(api: DataApi, *, role: str) -> None:
    if api.execute(f"SELECT 1 WHERE current_user = {literal(role)}", database=MAINTENANCE_DATABASE):
        raise Refused(f"role {role!r} is the cluster's master user; choose another name")
