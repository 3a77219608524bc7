"""Custom::ClusterSnapshot, with botocore's Stubber for RDS."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assets.conftest import CloudFormation, Load

OLD, NEW = "ghcr.io/open-webui/open-webui:v0.12.3", "ghcr.io/open-webui/open-webui:v0.12.4@sha256:" + "a" * 64
SNAPSHOT = "chat-prod-before-v0-12-4-456789ab"


@dataclass
class Setting:
    """The handler and an RDS that expects what the test says."""

    module: ModuleType
    cloudformation: CloudFormation
    rds: Stubber
    pauses: list[float]

    def expect_creation(self, *, error: str = "") -> None:
        tags = [
            {"Key": "pergola:deployment", "Value": "chat-prod"},
            {"Key": "pergola:before-image", "Value": NEW},
        ]
        expected = {"DBClusterIdentifier": "storage-1", "DBClusterSnapshotIdentifier": SNAPSHOT, "Tags": tags}
        if error:
            self.rds.add_client_error("create_db_cluster_snapshot", error, expected_params=expected)
        else:
            self.rds.add_response("create_db_cluster_snapshot", {}, expected)

    def expect_status(self, *statuses: str) -> None:
        for status in statuses:
            self.rds.add_response(
                "describe_db_cluster_snapshots",
                {"DBClusterSnapshots": [{"Status": status}]},
                {"DBClusterSnapshotIdentifier": SNAPSHOT},
            )

    def run(
        self, request_type: str, *, image: str = NEW, old: str = OLD, milliseconds: int = 900_000
    ) -> dict[str, Any]:
        properties = {"ClusterIdentifier": "storage-1", "Image": image, "Deployment": "chat-prod"}
        event = self.cloudformation.event(request_type, **properties)
        if request_type == "Update":
            event["OldResourceProperties"] = properties | {"Image": old}
        answer = self.cloudformation.send(self.module.handler, event, milliseconds=milliseconds)
        self.rds.assert_no_pending_responses()
        return answer


@pytest.fixture
def setting(load: Load, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """An RDS that expects no call."""
    module, client = load("cluster_snapshot"), boto3.client("rds")
    rds, pauses = Stubber(client), list[float]()
    rds.activate()
    monkeypatch.setattr(module, "patient_client", lambda service, **_: client)
    monkeypatch.setattr("botocore.waiter.time.sleep", pauses.append)
    return Setting(module, cloudformation, rds, pauses)


@pytest.mark.parametrize(("request_type", "old"), [("Create", OLD), ("Update", NEW), ("Delete", OLD)])
def test_nothing_is_taken_unless_the_image_changes(setting: Setting, request_type: str, old: str) -> None:
    answer = setting.run(request_type, old=old)
    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == ({} if request_type == "Delete" else {"SnapshotIdentifier": "none"})


def test_a_changed_image_waits_for_a_tagged_snapshot(setting: Setting) -> None:
    setting.expect_creation()
    setting.expect_status("creating", "creating", "available")
    answer = setting.run("Update")
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "chat-prod-snapshots")
    assert answer["Data"] == {"SnapshotIdentifier": SNAPSHOT}
    assert setting.pauses == [15, 15]


def test_a_repeated_request_waits_for_the_snapshot_it_began(setting: Setting) -> None:
    setting.expect_creation(error="DBClusterSnapshotAlreadyExistsFault")
    setting.expect_status("creating", "available")
    assert setting.run("Update")["Data"] == {"SnapshotIdentifier": SNAPSHOT}


def test_a_roll_back_takes_one_too(setting: Setting) -> None:
    identifier = setting.module.snapshot_identifier(
        deployment="chat-prod", image=OLD, request_id=setting.cloudformation.event("Update")["RequestId"]
    )
    setting.rds.add_response("create_db_cluster_snapshot", {})
    setting.rds.add_response(
        "describe_db_cluster_snapshots", {"DBClusterSnapshots": [{"Status": "available"}]}
    )
    assert setting.run("Update", image=OLD, old=NEW)["Data"] == {"SnapshotIdentifier": identifier}


def test_the_wait_ends_before_lambda_does(setting: Setting) -> None:
    setting.expect_creation()
    setting.expect_status("creating", "creating", "creating")
    # 20 s are kept for the answer and 30 s for the calls: three looks, 15 s apart.
    answer = setting.run("Update", milliseconds=96_000)
    assert answer["Status"] == "FAILED"
    assert f"snapshot {SNAPSHOT} is not available after 45 s (Max attempts exceeded" in answer["Reason"]
    assert "the image was not changed" in answer["Reason"]


def test_a_failed_snapshot_fails_the_update(setting: Setting) -> None:
    setting.expect_creation()
    setting.expect_status("creating", "failed")
    answer = setting.run("Update")
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", "thing-1")
    assert "look at the snapshot in the RDS console" in answer["Reason"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            "SnapshotQuotaExceeded",
            "delete old ones with the tag pergola:deployment=chat-prod or raise the quota",
        ),
        (
            "InvalidDBClusterStateFault",
            "cluster storage-1 takes no snapshot in its present state; wait until",
        ),
        ("DBClusterNotFoundFault", "DBClusterNotFoundFault"),
    ],
)
def test_a_refused_snapshot_says_what_to_do(setting: Setting, error: str, reason: str) -> None:
    setting.expect_creation(error=error)
    answer = setting.run("Update")
    assert answer["Status"] == "FAILED"
    assert reason in answer["Reason"]


def test_a_digest_alone_names_the_snapshot(load: Load) -> None:
    identify = load("cluster_snapshot").snapshot_identifier
    image = "123.dkr.ecr.eu-central-1.amazonaws.com:443/open-webui@sha256:0123456789abcdef"
    assert identify(deployment="chat", image=image, request_id="6c0a-99") == "chat-before-0123456789ab-6c0a99"


def test_a_long_tag_is_cut(load: Load) -> None:
    identify = load("cluster_snapshot").snapshot_identifier
    name = identify(deployment="chat", image="open-webui:" + "v1.2-" * 20, request_id="6c0a-99")
    assert name == f"chat-before-{'v1-2-' * 8}v1-2-6c0a99"
    assert 60 < len(name) <= 63


def test_a_deployment_too_long_for_a_name_is_refused(load: Load) -> None:
    with pytest.raises(Exception, match=r"property Deployment is too long .* take at most 45 characters"):
        load("cluster_snapshot").snapshot_identifier(deployment="x" * 46, image=NEW, request_id="1" * 36)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deployment=st.from_regex(r"[a-z][a-z0-9]{0,44}", fullmatch=True),
    image=st.text(max_size=200),
    request=st.uuids(),
)
def test_every_name_is_one_that_rds_takes(load: Load, deployment: str, image: str, request: object) -> None:
    identify = load("cluster_snapshot").snapshot_identifier
    name = identify(deployment=deployment, image=image, request_id=str(request))
    assert len(name) <= 63
    assert name.isascii()
    assert name.replace("-", "").isalnum()
    assert "--" not in name
    assert name.startswith(f"{deployment}-before-")
    assert name == identify(deployment=deployment, image=image, request_id=str(request))
