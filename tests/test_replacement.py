"""A changed file replaces nothing that holds data, and nothing whose name is taken while the old one is there.

CloudFormation makes the new resource before it deletes the old one.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from ruamel.yaml import YAML

from commands.flattened import flattened
from settings.load import load_deployment
from settings.presets import with_preset
from systems import build
from tests.conftest import ROOT
from tests.replacement import Resources, lost_data, taken_names

pytestmark = pytest.mark.slow


def committed(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / name)
    return loaded


PROD = committed("deployments/open-webui-prod.yaml")
EVERY = committed("tests/deployments/every-option.yaml")
OIDC = {"type": "oidc", "name": "Entra", "issuer_url": "https://id.example.com", "client_id": "pergola"}
CHANGES: dict[str, dict[str, Any]] = {
    "a third zone": {
        "network": {
            "public_subnets": [f"10.0.{number}.0/24" for number in (1, 2, 3)],
            "private_subnets": [f"10.0.{number}.0/24" for number in (11, 12, 13)],
        }
    },
    "all that can be added": {
        **{key: EVERY[key] for key in ("tags", "application", "files", "tasks")},
        "monitoring": {"audit_trail": True, "log_retention_days": 7},
        "database": {"rotation_days": 90, "max_capacity": 16},
        "network": {"interface_endpoints": True},
        "sign_in": {"mfa": "optional", "tier": "plus", "providers": [OIDC]},
        "cache": {"max_data_gb": 5},
        "replicate_keys_to": committed("tests/deployments/primary.yaml")["replicate_keys_to"],
    },
    "all that can be left out": {
        "keep_data": False,
        "network": {"egress": "single_nat", "flow_logs": False},
        "database": {"reader": False, "deletion_protection": False},
        "tasks": {"min_tasks": 1, "max_tasks": 1},
        "load_balancer": {"firewall": None, "access_logs": False, "deletion_protection": False},
        "backup": {"enabled": False, "copy_vault_arn": None},
    },
    "CloudFront": {
        "load_balancer": {"edge": "cloudfront", "domain": None, "firewall": {"allowed_countries": ["DE"]}}
    },
    "another person and prefix": {"sign_in": {"admin_email": "ada@example.com", "domain_prefix": "chat"}},
}
"""Changes of the production example, each against the file as it stands."""
RESTORED = {"restore": committed("tests/deployments/taken-over.yaml")["restore"]}


def deployment(written: dict[str, Any], folder: Path) -> Resources:
    """Synthesized under one name, without the rules that other tests apply."""
    file = folder / "chat.yaml"
    file.write_text(json.dumps(written))
    app = App(
        outdir=str(folder / "out"),
        context=json.loads((ROOT / "cdk.json").read_text())["context"],
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    build(app, load_deployment(file).deployment)
    app.synth()
    resources: Resources = flattened(folder / "out", "chat")["Resources"]
    return resources


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    return deployment(PROD, tmp_path_factory.mktemp("before"))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.row("C8")
def test_a_change_replaces_no_data_and_takes_no_name_twice(
    before: Resources, change: dict[str, Any], tmp_path: Path
) -> None:
    after = deployment(with_preset(PROD, change), tmp_path)
    assert lost_data(before, after) == []
    assert taken_names(before, after) == []


def test_a_restore_replaces_the_database_and_so_shows_that_replacements_are_seen(
    before: Resources, tmp_path: Path
) -> None:
    after = deployment(with_preset(PROD, RESTORED), tmp_path)
    assert "AWS::RDS::DBCluster" in " ".join(lost_data(before, after))


def test_a_taken_name_is_seen(before: Resources, tmp_path: Path) -> None:
    """A vault of the same name under another key."""
    after = deployment(PROD, tmp_path)
    (vault,) = (each for each in after.values() if each["Type"] == "AWS::Backup::BackupVault")
    vault["Properties"]["EncryptionKeyArn"] = "another"
    assert len(taken_names(before, after)) == 1
