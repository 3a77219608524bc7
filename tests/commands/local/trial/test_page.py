"""A page is opened as a browser does it: by its name, on this machine, with the certificate verified."""

import shutil
from pathlib import Path

import pytest

from commands.local.place import ROOT, Place
from commands.local.trial import page
from tests.commands.local.emulated import Emulated

pytestmark = pytest.mark.slow

ANOTHER = ROOT / "assets" / "certificates" / "rds" / "us-east-1.pem"


@pytest.fixture
def origin(emulated: Emulated) -> str:
    """A distribution before an origin that does not exist."""
    behavior = {
        "TargetOriginId": "tasks",
        "ViewerProtocolPolicy": "https-only",
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        "MinTTL": 0,
    }
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
    origins = [{"Id": "tasks", "DomainName": "nothing.example.com", "CustomOriginConfig": custom}]
    made = emulated.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "page",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": origins},
            "DefaultCacheBehavior": behavior,
        }
    )
    return f"https://{made['Distribution']['DomainName']}"


def test_edge_answers_for_a_name_that_no_resolver_knows(emulated: Emulated, origin: str) -> None:
    assert ".cloudfront.localhost:" in origin
    assert page.status(emulated.place, origin) in range(500, 505)


def test_certificate_of_another_authority_counts_as_no_answer(
    emulated: Emulated, origin: str, tmp_path: Path
) -> None:
    place = Place(state=tmp_path)
    shutil.copy(emulated.place.edge, place.edge)
    shutil.copy(ANOTHER, place.authority)
    assert page.status(place, origin) is None


def test_nothing_answers_where_nothing_runs(tmp_path: Path) -> None:
    assert page.status(Place(state=tmp_path), "https://chat.example.com") is None
