"""Custom::ClusterSnapshot, with botocore's Stubber for RDS."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from types import ModuleType
from typing import Any, Self

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assets.conftest import CloudFormation, Load

OLD, NEW = "ghcr.io/open-webui/open-webui:v0.12.3", "ghcr.io/open-webui/open-webui:v0.12.4@sha256:" + "a" * 64
NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
PRINT = hashlib.sha256(NEW.encode()).hexdigest()[:4]
SNAPSHOT, EARLIER = (f"chat-prod-before-v0-12-4-261121{hour}-{PRINT}" for hour in (11, 10))


class Clock(datetime):
    """It is always half past eleven."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(NOW.timestamp(), tz)


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

    def expect_status(self, *statuses: str, snapshot: str = SNAPSHOT, age: timedelta = timedelta(0)) -> None:
        for status in statuses:
            self.rds.add_response(
                "describe_db_cluster_snapshots",
                {"DBClusterSnapshots": [{"Status": status, "SnapshotCreateTime": NOW - age}]},
                {"DBClusterSnapshotIdentifier": snapshot},
            )

    def expect_none_of(self, *snapshots: str) -> None:
        for snapshot in snapshots:
            self.rds.add_client_error(
                "describe_db_cluster_snapshots",
                "DBClusterSnapshotNotFoundFault",
                expected_params={"DBClusterSnapshotIdentifier": snapshot},
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
    monkeypatch.setattr(module, "datetime", Clock)
    monkeypatch.setattr("botocore.waiter.time.sleep", pauses.append)
    return Setting(module, cloudformation, rds, pauses)


@pytest.mark.parametrize(("request_type", "old"), [("Create", OLD), ("Update", NEW), ("Delete", OLD)])
def test_nothing_is_taken_unless_the_image_changes(setting: Setting, request_type: str, old: str) -> None:
    answer = setting.run(request_type, old=old)
    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == ({} if request_type == "Delete" else {"SnapshotIdentifier": "none"})


def test_a_changed_image_waits_for_a_tagged_snapshot(setting: Setting) -> None:
    setting.expect_none_of(SNAPSHOT, EARLIER)
    setting.expect_creation()
    setting.expect_status("creating", "creating", "available")
    answer = setting.run("Update")
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "chat-prod-snapshots")
    assert answer["Data"] == {"SnapshotIdentifier": SNAPSHOT}
    assert setting.pauses == [15, 15]


@pytest.mark.parametrize("snapshot", [SNAPSHOT, EARLIER])
@pytest.mark.parametrize("status", ["creating", "available"])
def test_a_second_attempt_waits_for_the_snapshot_that_the_first_began(
    setting: Setting, snapshot: str, status: str
) -> None:
    if snapshot == EARLIER:
        setting.expect_none_of(SNAPSHOT)
    setting.expect_status(status, "available", snapshot=snapshot, age=timedelta(minutes=59))
    assert setting.run("Update")["Data"] == {"SnapshotIdentifier": snapshot}


def test_a_snapshot_of_more_than_an_hour_ago_is_too_old(setting: Setting) -> None:
    setting.expect_none_of(SNAPSHOT)
    setting.expect_status("available", snapshot=EARLIER, age=timedelta(minutes=61))
    setting.expect_creation()
    setting.expect_status("available")
    assert setting.run("Update")["Data"] == {"SnapshotIdentifier": SNAPSHOT}


def test_a_repeated_request_waits_for_the_snapshot_it_began(setting: Setting) -> None:
    setting.expect_none_of(SNAPSHOT, EARLIER)
    setting.expect_creation(error="DBClusterSnapshotAlreadyExistsFault")
    setting.expect_status("creating", "available")
    assert setting.run("Update")["Data"] == {"SnapshotIdentifier": SNAPSHOT}


def test_a_roll_back_takes_one_too(setting: Setting) -> None:
    identifier = setting.module.snapshot_identifier(deployment="chat-prod", image=OLD, hour=NOW)
    setting.expect_none_of(identifier, identifier.replace("26112111", "26112110"))
    setting.rds.add_response("create_db_cluster_snapshot", {})
    setting.rds.add_response(
        "describe_db_cluster_snapshots", {"DBClusterSnapshots": [{"Status": "available"}]}
    )
    assert setting.run("Update", image=OLD, old=NEW)["Data"] == {"SnapshotIdentifier": identifier}


def test_the_wait_ends_before_lambda_does(setting: Setting) -> None:
    setting.expect_none_of(SNAPSHOT, EARLIER)
    setting.expect_creation()
    setting.expect_status("creating", "creating", "creating")
    # 20 s are kept for the answer and 30 s for the calls: three looks, 15 s apart.
    answer = setting.run("Update", milliseconds=96_000)
    assert answer["Status"] == "FAILED"
    assert f"snapshot {SNAPSHOT} is not available after 45 s (Max attempts exceeded" in answer["Reason"]
    assert "the image was not changed" in answer["Reason"]


def test_a_failed_snapshot_fails_the_update(setting: Setting) -> None:
    setting.expect_none_of(SNAPSHOT, EARLIER)
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
    setting.expect_none_of(SNAPSHOT, EARLIER)
    setting.expect_creation(error=error)
    answer = setting.run("Update")
    assert answer["Status"] == "FAILED"
    assert reason in answer["Reason"]


def test_a_digest_alone_names_the_snapshot(load: Load) -> None:
    identify = load("cluster_snapshot").snapshot_identifier
    image = "123.dkr.ecr.eu-central-1.amazonaws.com:443/open-webui@sha256:0123456789abcdef"
    assert identify(deployment="chat", image=image, hour=NOW).startswith("chat-before-0123456789ab-26112111-")


def test_a_long_tag_is_cut(load: Load) -> None:
    identify = load("cluster_snapshot").snapshot_identifier
    name = identify(deployment="chat", image="open-webui:" + "v1.2-" * 20, hour=NOW)
    assert name.startswith(f"chat-before-{'v1-2-' * 7}v1-26112111-")
    assert 60 < len(name) <= 63


def test_a_deployment_too_long_for_a_name_is_refused(load: Load) -> None:
    with pytest.raises(Exception, match=r"property Deployment is too long .* take at most 40 characters"):
        load("cluster_snapshot").snapshot_identifier(deployment="x" * 41, image=NEW, hour=NOW)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deployment=st.from_regex(r"[a-z][a-z0-9]{0,39}", fullmatch=True),
    image=st.text(max_size=200),
    hour=st.datetimes(min_value=datetime(2000, 1, 1)),
)
def test_every_name_is_one_that_rds_takes(load: Load, deployment: str, image: str, hour: datetime) -> None:
    identify = load("cluster_snapshot").snapshot_identifier
    name = identify(deployment=deployment, image=image, hour=hour)
    assert len(name) <= 63
    assert name.isascii()
    assert name.replace("-", "").isalnum()
    assert "--" not in name
    assert name.startswith(f"{deployment}-before-")
    assert name == identify(deployment=deployment, image=image, hour=hour)
