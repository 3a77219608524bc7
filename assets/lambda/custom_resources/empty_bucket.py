"""`Custom::EmptyBucket`: empties a bucket, for CloudFormation deletes empty ones only.

- Create and Update do nothing.
- Delete removes every version, every delete marker and every unfinished upload, if the bucket still carries
  the tag `pergola:empty-on-delete`. A deployment that begins to keep its data takes the tag off before this
  resource goes.
"""

from collections.abc import Mapping
from typing import Any

from answer import EMPTY_ON_DELETE, Answer, Refused, Request, answers
from patience import patient_client


def empty(request: Request) -> None:
    """Empty the bucket, unless it lost the tag."""
    _empty(patient_client("s3", seconds_left=request.seconds_left), request.properties.text("BucketName"))


@answers(on_delete=empty)
def handler(request: Request) -> Answer:
    """Check what Delete will need."""
    return Answer(physical_resource_id=request.properties.text("BucketName"))


def _empty(s3: Any, name: str) -> None:
    try:
        tags = s3.get_bucket_tagging(Bucket=name)["TagSet"]
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchBucket", "NoSuchTagSet"):
            return
        raise
    if not any(tag["Key"] == EMPTY_ON_DELETE for tag in tags):
        return
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        _delete(s3, name, [*page.get("Versions", ()), *page.get("DeleteMarkers", ())])
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=name):
        for upload in page.get("Uploads", ()):
            s3.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])


def _delete(s3: Any, name: str, versions: list[Mapping[str, Any]]) -> None:
    if not versions:
        return
    keys = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
    errors = s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True}).get("Errors", [])
    if errors:
        first = errors[0]
        raise Refused(
            f"bucket {name} kept {len(errors)} objects, the first {first.get('Key')!r}: "
            f"{first.get('Message')}; empty the bucket by hand and delete the stack again"
        )
