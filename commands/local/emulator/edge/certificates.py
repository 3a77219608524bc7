"""A certificate authority of this emulator, and server certificates that it signs when they are asked for.

`authority.pem` in the emulator's folder is what a client trusts; the key stands beside it, for its owner alone.
"""

import os
import ssl
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import trustme

CERTIFICATE, KEY = "authority.pem", "authority.key"

_authorities: list[trustme.CA] = []
_folders: list[Path] = []


def install(state: Path) -> None:
    """Take the authority that `state` holds, or make one there."""
    certificate, key = state / CERTIFICATE, state / KEY
    if not (certificate.exists() and key.exists()):
        _make(certificate, key)
    _authorities[:] = [trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())]
    _folders[:] = [state]
    _context.cache_clear()


def issue(name: str, certificate: Path, key: Path) -> Path:
    """Write a certificate for this name or address, and its key, for a program that reads files.

    The answer is the file that its clients trust.
    """
    (signing,), (folder,) = _authorities, _folders
    issued = signing.issue_cert(name)
    certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    key.touch(mode=0o600)
    key.write_bytes(issued.private_key_pem.bytes())
    return folder / CERTIFICATE


def context_for(names: Sequence[str]) -> ssl.SSLContext:
    """A server's TLS with a certificate for these names or addresses, signed by the authority."""
    return _context(tuple(names))


@cache
def _context(names: tuple[str, ...]) -> ssl.SSLContext:
    (authority,) = _authorities
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert(*names).configure_cert(context)
    return context


def _make(certificate: Path, key: Path) -> None:
    authority = trustme.CA(
        organization_name="Pergola", organization_unit_name="embedded AWS, this machine only"
    )
    certificate.parent.mkdir(parents=True, exist_ok=True)
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(authority.private_key_pem.bytes())
    certificate.write_bytes(authority.cert_pem.bytes())
