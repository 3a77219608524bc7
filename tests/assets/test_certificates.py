"""The RDS root certificates that ship with us."""

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

FILES = sorted((Path(__file__).parents[2] / "assets" / "certificates" / "rds").glob("*.pem"))
REQUIRED_UNTIL = datetime.datetime(2031, 11, 21, tzinfo=datetime.UTC)


def test_the_regions_that_the_systems_default_to_are_there() -> None:
    names = {path.stem for path in FILES}
    assert names >= {"us-west-2", "ap-south-1", "us-east-1", "eu-central-1", "eu-west-1"}
    assert len(names) == 27


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_holds_its_regions_root_and_nothing_else(path: Path) -> None:
    (certificate,) = x509.load_pem_x509_certificates(path.read_bytes())
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == f"Amazon RDS {path.stem} Root CA RSA2048 G1"
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.issuer == certificate.subject
    certificate.verify_directly_issued_by(certificate)
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 2048
    assert certificate.not_valid_before_utc < datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
    assert certificate.not_valid_after_utc > REQUIRED_UNTIL
