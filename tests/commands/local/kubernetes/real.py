"""A real API server, where its programs are on PATH."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from commands.local.emulator.kubernetes.api_server import Apis, ApiServer, programs
from tests.commands.local.kubernetes.recording import VERSION


@contextmanager
def api_server(folder: Path) -> Iterator[ApiServer]:
    """A running one; skips where there is none of the tests' version."""
    found = programs()
    if found is None or not found.are_of(VERSION):
        pytest.skip(f"kube-apiserver {VERSION}, etcd and kubectl are not on PATH")
    apis = Apis(folder, issue=issue)
    api = apis.of("test", version=VERSION)
    assert isinstance(api, ApiServer)
    try:
        yield api
    finally:
        apis.end("test")


def issue(address: str, certificate: Path, key: Path) -> Path:
    """A certificate that signs itself."""
    private, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    built = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    return certificate
