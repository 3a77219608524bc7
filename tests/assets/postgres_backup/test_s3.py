"""The same scripts with a bucket as store: the AWS CLI against the embedded S3."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.assets.postgres_backup.conftest import database
from tests.assets.postgres_backup.scripts import Scripts
from tests.commands.local.conftest import emulated as emulated  # a fixture of the neighbours
from tests.commands.local.emulated import Emulated

pytestmark = [pytest.mark.row("A10"), pytest.mark.wide, pytest.mark.lifecycle]
BUCKET = "backups-of-the-tests"


@pytest.fixture
def job(scripts: Scripts, emulated: Emulated, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripts]:
    """A job whose store is a bucket with one backup of long ago."""
    s3 = emulated.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for part in ("dump", "rows", "sha256"):
        s3.put_object(Bucket=BUCKET, Key=f"postgres/{scripts.database}-20200101T020000Z.{part}", Body=b"old")
    surroundings = {
        "AWS_ENDPOINT_URL": emulated.server.url,
        "AWS_ACCESS_KEY_ID": "111122223333",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }
    cli = Path(shutil.which("aws") or os.environ["PATH"]).parent
    yield replace(
        scripts, store=f"s3://{BUCKET}/postgres", environment={**surroundings, "KEEP_AT_LEAST": "1"}, path=cli
    )
    for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])
    s3.delete_bucket(Bucket=BUCKET)


def keys(emulated: Emulated) -> list[str]:
    found = emulated.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return sorted(each["Key"] for each in found)


def test_a_backup_goes_to_the_bucket_and_comes_back_whole(job: Scripts, emulated: Emulated) -> None:
    name = job.back_up()
    assert keys(emulated) == [f"postgres/{name}.{part}" for part in ("dump", "rows", "sha256")]

    job.next_job()
    assert job.run("fetch.sh").code == 0
    empty = database(job.postgres)
    said = job.run("restore.sh", {"PGDATABASE": empty})
    assert (said.code, said.error) == (0, "")
    assert job.postgres.rows("SELECT count(*) FROM people", database=empty) == [(500,)]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"STORE": "s3://not-there/postgres"}, "NoSuchBucket"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "Could not connect to the endpoint"),
    ],
)
def test_an_unreachable_bucket_leaves_older_backups(
    job: Scripts, emulated: Emulated, changed: dict[str, str], words: str
) -> None:
    before = keys(emulated)
    assert job.run("dump.sh").code == 0
    said = job.run("keep.sh", changed)
    assert said.code == 1
    assert words in said.error
    assert "older backups are untouched" in said.error
    assert keys(emulated) == before


def test_a_bucket_that_cannot_be_listed_is_not_taken_for_an_empty_one(job: Scripts) -> None:
    said = job.run("fetch.sh", {"STORE": "s3://not-there/postgres"})
    assert said.code == 1
    assert "NoSuchBucket" in said.error
    assert "cannot be listed" in said.error
