"""Custom::EmptyBucket against an S3 that knows versions, pages and refusals."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from tests.assets.aws import AwsError, answered_client
from tests.assets.conftest import CloudFormation, Load

NAME = "uploads-1"
PAGE = 2


@dataclass
class Bucket:
    """One bucket's contents; every operation is remembered."""

    tags: dict[str, str] | None = field(default_factory=lambda: {"pergola:empty-on-delete": "true"})
    versions: list[tuple[str, str]] = field(default_factory=list)
    markers: list[tuple[str, str]] = field(default_factory=list)
    uploads: list[tuple[str, str]] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    exists: bool = True
    operations: list[str] = field(default_factory=list)

    def respond(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        assert params["Bucket"] == NAME
        self.operations.append(operation)
        answer: dict[str, Any] = getattr(self, f"_{operation}")(params)
        return answer

    def _GetBucketTagging(self, _params: dict[str, Any]) -> dict[str, Any]:
        if not self.exists:
            raise AwsError("NoSuchBucket", "gone")
        if self.tags is None:
            raise AwsError("NoSuchTagSet", "none")
        return {"TagSet": [{"Key": key, "Value": value} for key, value in self.tags.items()]}

    def _ListObjectVersions(self, params: dict[str, Any]) -> dict[str, Any]:
        after = (params.get("KeyMarker", ""), params.get("VersionIdMarker", ""))
        left = sorted(each for each in [*self.versions, *self.markers] if each > after)
        page = left[:PAGE]
        answer: dict[str, Any] = {
            "Versions": [{"Key": k, "VersionId": v} for k, v in page if (k, v) in self.versions],
            "DeleteMarkers": [{"Key": k, "VersionId": v} for k, v in page if (k, v) in self.markers],
            "IsTruncated": len(left) > PAGE,
        }
        if answer["IsTruncated"]:
            answer["NextKeyMarker"], answer["NextVersionIdMarker"] = page[-1]
        return answer

    def _DeleteObjects(self, params: dict[str, Any]) -> dict[str, Any]:
        asked = {(each["Key"], each["VersionId"]) for each in params["Delete"]["Objects"]}
        refused = sorted(each for each in asked if each[0] in self.kept)
        gone = asked - set(refused)
        self.versions = [each for each in self.versions if each not in gone]
        self.markers = [each for each in self.markers if each not in gone]
        return {"Errors": [{"Key": key, "Code": "AccessDenied", "Message": "locked"} for key, _ in refused]}

    def _ListMultipartUploads(self, _params: dict[str, Any]) -> dict[str, Any]:
        return {"Uploads": [{"Key": key, "UploadId": upload} for key, upload in self.uploads]}

    def _AbortMultipartUpload(self, params: dict[str, Any]) -> dict[str, Any]:
        self.uploads.remove((params["Key"], params["UploadId"]))
        return {}


@pytest.fixture
def module(load: Load) -> ModuleType:
    return load("empty_bucket")


@pytest.fixture
def bucket(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket with more than one page of objects, one of them deleted once, and an unfinished upload."""
    full = Bucket(
        versions=[("a", "1"), ("a", "2"), ("b", "1"), ("c", "1")], markers=[("d", "1")], uploads=[("e", "u1")]
    )
    monkeypatch.setattr(module, "patient_client", lambda service, **_: answered_client(service, full.respond))
    return full


def test_deletion_leaves_no_version_marker_or_upload(
    module: ModuleType, bucket: Bucket, cloudformation: CloudFormation
) -> None:
    answer = cloudformation.send(module.handler, cloudformation.event("Delete", BucketName=NAME))
    assert answer["Status"] == "SUCCESS"
    assert (bucket.versions, bucket.markers, bucket.uploads) == ([], [], [])


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_creation_and_update_touch_nothing(
    module: ModuleType, bucket: Bucket, cloudformation: CloudFormation, request_type: str
) -> None:
    answer = cloudformation.send(module.handler, cloudformation.event(request_type, BucketName=NAME))
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", NAME)
    assert bucket.operations == []


@pytest.mark.parametrize("tags", [{"team": "platform"}, None])
def test_bucket_without_the_tag_keeps_everything(
    module: ModuleType, bucket: Bucket, cloudformation: CloudFormation, tags: dict[str, str] | None
) -> None:
    bucket.tags = tags
    answer = cloudformation.send(module.handler, cloudformation.event("Delete", BucketName=NAME))
    assert answer["Status"] == "SUCCESS"
    assert bucket.operations == ["GetBucketTagging"]


def test_bucket_that_is_gone_already_is_no_failure(
    module: ModuleType, bucket: Bucket, cloudformation: CloudFormation
) -> None:
    bucket.exists = False
    answer = cloudformation.send(module.handler, cloudformation.event("Delete", BucketName=NAME))
    assert answer["Status"] == "SUCCESS"


def test_resource_that_was_never_created_empties_nothing(
    module: ModuleType, bucket: Bucket, cloudformation: CloudFormation
) -> None:
    event = cloudformation.event("Delete", BucketName=NAME) | {"PhysicalResourceId": "not-created-6c0a1f2e"}
    assert cloudformation.send(module.handler, event)["Status"] == "SUCCESS"
    assert bucket.operations == []


def test_object_that_cannot_be_deleted_is_named_with_the_remedy(
    module: ModuleType, bucket: Bucket, cloudformation: CloudFormation
) -> None:
    bucket.kept = {"b"}
    answer = cloudformation.send(module.handler, cloudformation.event("Delete", BucketName=NAME))
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == (
        "bucket uploads-1 kept 1 objects, the first 'b': locked; "
        "empty the bucket by hand and delete the stack again"
    )


def test_deletion_can_be_repeated(module: ModuleType, bucket: Bucket, cloudformation: CloudFormation) -> None:
    event = cloudformation.event("Delete", BucketName=NAME)
    cloudformation.send(module.handler, event)
    assert cloudformation.send(module.handler, event)["Status"] == "SUCCESS"


def test_missing_bucket_name_is_named(module: ModuleType, cloudformation: CloudFormation) -> None:
    answer = cloudformation.send(module.handler, cloudformation.event("Create"))
    assert answer["Status"] == "FAILED"
    assert "property BucketName must be text, got nothing" in answer["Reason"]
