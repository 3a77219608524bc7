"""Custom::EmptyVault against an AWS Backup that knows pages, slow deletions and refusals."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from tests.assets.aws import AwsError, answered_client
from tests.assets.conftest import CloudFormation, Load

NAME = "chat-dev"
ARN = f"arn:aws:backup:eu-central-1:111122223333:backup-vault:{NAME}"
VAULT = {"VaultName": NAME, "VaultArn": ARN}
FILES = "arn:aws:backup:eu-central-1:111122223333:recovery-point:1"
DATABASE = "arn:aws:rds:eu-central-1:111122223333:cluster-snapshot:awsbackup:job-2"


@dataclass
class Vault:
    """One vault's recovery points, each with its states to come; one page each."""

    tags: dict[str, str] = field(default_factory=lambda: {"pergola:empty-on-delete": "true"})
    points: dict[str, list[str]] = field(default_factory=dict)
    deletion: tuple[str, ...] = ("DELETING",)
    exists: bool = True
    operations: list[str] = field(default_factory=list)

    def respond(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert params.get("ResourceArn", ARN) == ARN
        assert params.get("BackupVaultName", NAME) == NAME
        self.operations.append(operation)
        if not self.exists:
            raise AwsError("ResourceNotFoundException", "no such vault")
        answer: dict[str, Any] = getattr(self, f"_{operation}")(params)
        return answer

    def _ListTags(self, _params: dict[str, Any]) -> dict[str, Any]:
        return {"Tags": self.tags}

    def _ListRecoveryPointsByBackupVault(self, params: dict[str, Any]) -> dict[str, Any]:
        if "NextToken" not in params:
            self.points = {arn: states for arn, states in self.points.items() if states}
        left = sorted(self.points)
        page = int(params.get("NextToken", 0))
        if page >= len(left):
            return {"RecoveryPoints": []}
        states = self.points[left[page]]
        status = states[0] if len(states) == 1 and states[0] != "DELETING" else states.pop(0)
        point = {"RecoveryPointArn": left[page], "Status": status, "StatusMessage": "why"}
        return {"RecoveryPoints": [point]} | ({"NextToken": str(page + 1)} if page + 1 < len(left) else {})

    def _DeleteRecoveryPoint(self, params: dict[str, Any]) -> dict[str, Any]:
        arn = params["RecoveryPointArn"]
        if arn not in self.points:
            raise AwsError("ResourceNotFoundException", "no such point")
        assert self.points[arn][0] not in ("CREATING", "DELETING"), "refused while something is done to it"
        self.points[arn] = list(self.deletion)
        return {}


@pytest.fixture
def module(load: Load) -> ModuleType:
    return load("empty_vault")


@pytest.fixture
def vault(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A vault with a page for its files and one for its database."""
    full = Vault(points={FILES: ["COMPLETED"], DATABASE: ["COMPLETED"]})
    monkeypatch.setattr(module, "patient_client", lambda service, **_: answered_client(service, full.respond))
    monkeypatch.setattr(module.time, "sleep", lambda _seconds: None)
    return full


def deleted(module: ModuleType, cloudformation: CloudFormation) -> dict[str, Any]:
    return cloudformation.send(module.handler, cloudformation.event("Delete", **VAULT))


def test_deletion_leaves_no_recovery_point(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation
) -> None:
    assert deleted(module, cloudformation)["Status"] == "SUCCESS"
    assert vault.points == {}


def test_deletion_waits_until_aws_backup_has_done_it(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation
) -> None:
    vault.deletion = ("DELETING", "DELETING", "DELETING")
    assert deleted(module, cloudformation)["Status"] == "SUCCESS"
    assert vault.operations.count("DeleteRecoveryPoint") == 2
    assert vault.operations[-1] == "ListRecoveryPointsByBackupVault"


def test_backup_that_is_being_made_is_waited_for(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation
) -> None:
    vault.points = {FILES: ["CREATING", "CREATING", "COMPLETED"]}
    assert deleted(module, cloudformation)["Status"] == "SUCCESS"
    assert vault.points == {}


def test_recovery_point_whose_retention_ends_meanwhile_is_no_failure(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_params: dict[str, Any]) -> dict[str, Any]:
        vault.points = {}
        raise AwsError("ResourceNotFoundException", "no such point")

    monkeypatch.setattr(vault, "_DeleteRecoveryPoint", gone)
    assert deleted(module, cloudformation)["Status"] == "SUCCESS"


def test_recovery_point_that_stays_is_named_with_the_remedy(module: ModuleType, vault: Vault) -> None:
    vault.points, vault.deletion = {FILES: ["COMPLETED"]}, ("EXPIRED",)
    time_left = iter((600.0, 300.0, 5.0))
    with pytest.raises(module.Refused) as refused:
        module._empty(answered_client("backup", vault.respond), NAME, lambda: next(time_left))
    assert str(refused.value) == (
        f"vault chat-dev still holds 1 recovery points, the first {FILES} is EXPIRED: why; "
        "delete the stack again when backup jobs have ended, or empty the vault by hand"
    )


def test_refused_deletion_reaches_cloudformation(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation
) -> None:
    vault.points = {FILES: ["CREATING"]}
    answer = cloudformation.send(module.handler, cloudformation.event("Delete", **VAULT), milliseconds=25_000)
    assert answer["Status"] == "FAILED"
    assert "is CREATING" in answer["Reason"]


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_creation_and_update_touch_nothing(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation, request_type: str
) -> None:
    answer = cloudformation.send(module.handler, cloudformation.event(request_type, **VAULT))
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", NAME)
    assert vault.operations == []


def test_vault_without_the_tag_keeps_everything(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation
) -> None:
    vault.tags = {"team": "platform"}
    assert deleted(module, cloudformation)["Status"] == "SUCCESS"
    assert vault.operations == ["ListTags"]


def test_vault_that_is_gone_already_is_no_failure(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation
) -> None:
    vault.exists = False
    assert deleted(module, cloudformation)["Status"] == "SUCCESS"


def test_resource_that_was_never_created_empties_nothing(
    module: ModuleType, vault: Vault, cloudformation: CloudFormation
) -> None:
    event = cloudformation.event("Delete", **VAULT) | {"PhysicalResourceId": "not-created-6c0a1f2e"}
    assert cloudformation.send(module.handler, event)["Status"] == "SUCCESS"
    assert vault.operations == []


def test_deletion_can_be_repeated(module: ModuleType, vault: Vault, cloudformation: CloudFormation) -> None:
    deleted(module, cloudformation)
    assert deleted(module, cloudformation)["Status"] == "SUCCESS"


def test_missing_vault_name_is_named(module: ModuleType, cloudformation: CloudFormation) -> None:
    answer = cloudformation.send(module.handler, cloudformation.event("Create", VaultArn=ARN))
    assert answer["Status"] == "FAILED"
    assert "property VaultName must be text, got nothing" in answer["Reason"]
