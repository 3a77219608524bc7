"""A cluster's loss speaks for what belongs to it; anything else needs an entry of its own."""

import re
from dataclasses import replace

import pytest
from ruamel.yaml import YAML

from commands.diff.accepted import FILE, Accepted, load
from commands.diff.changes import Cause, DeploymentChange, Difference, Impact, ResourceChange
from commands.diff.gate import Gate, verdict
from tests.conftest import ROOT

CLUSTER = ResourceChange(
    address="Storage.Cluster",
    kind="AWS::RDS::DBCluster",
    impact=Impact.replaced,
    causes=(Cause(property="KmsKeyId"),),
)
ENTRY = Accepted(deployment="chat", address="Storage.Cluster", reason="restored tonight", place="file:3")


def following(name: str, kind: str, belongs: str) -> ResourceChange:
    return ResourceChange(
        address=f"Storage.{name}",
        kind=kind,
        impact=Impact.replaced,
        causes=(Cause(property=belongs, because=("Storage.Cluster",)),),
    )


WRITER = following("Writer", "AWS::RDS::DBInstance", "DBClusterIdentifier")
LOG = replace(following("Log", "AWS::Logs::LogGroup", "LogGroupName"), kept="Retain")
SECRET = replace(
    following("Secret", "AWS::SecretsManager::Secret", "GenerateSecretString"),
    impact=Impact.follows,
    lost="another value",
)
FOLLOWERS = (WRITER, LOG, SECRET)


def change(*resources: ResourceChange) -> DeploymentChange:
    return DeploymentChange(deployment="chat", resources=resources)


def test_one_error_speaks_for_all() -> None:
    (error,) = verdict([change(CLUSTER, *FOLLOWERS)]).errors
    assert "; with it go Storage.Writer, Storage.Log, Storage.Secret; if that is meant" in error
    assert "address Storage.Cluster and reason" in error


def test_one_entry_accepts_all_and_says_so() -> None:
    judged = verdict([change(CLUSTER, *FOLLOWERS)], accepted=[ENTRY], fail_on=set(Gate))
    assert (judged.errors, judged.warnings) == ((), ())
    (line,) = judged.accepted
    assert "with it go Storage.Writer, Storage.Log, Storage.Secret; accepted in file:3" in line


@pytest.mark.parametrize(
    "alone",
    [
        replace(LOG, kept=None),
        replace(WRITER, causes=(*WRITER.causes, Cause(property="KmsKeyId"))),
        replace(WRITER, causes=(Cause(property="DBClusterIdentifier", because=("Storage.Other",)),)),
        replace(
            WRITER,
            causes=(Cause(property="DBClusterIdentifier", because=("Storage.Cluster", "Storage.Other")),),
        ),
        replace(WRITER, causes=(Cause(property="DBClusterIdentifier"),)),
        replace(WRITER, impact=Impact.removed, causes=()),
        replace(SECRET, differences=(Difference(path="GenerateSecretString.PasswordLength", old=8, new=9),)),
        following("Bucket", "AWS::S3::Bucket", "BucketName"),
    ],
    ids=lambda each: f"{each.kind} {each.causes} {each.impact}",
)
def test_what_is_lost_by_itself_needs_its_own_entry(alone: ResourceChange) -> None:
    judged = verdict([change(CLUSTER, alone)], accepted=[ENTRY])
    (error,) = judged.errors
    assert error.startswith(f"chat: {alone.address} (")


def test_a_value_that_is_generated_anew_is_accepted_like_any_loss() -> None:
    alone = replace(SECRET, impact=Impact.changed, causes=())
    assert len(verdict([change(alone)]).errors) == 1
    judged = verdict([change(alone)], accepted=[replace(ENTRY, address=SECRET.address)])
    assert (judged.errors, judged.warnings) == ((), ())


def test_nothing_follows_what_is_no_cluster() -> None:
    key = replace(CLUSTER, kind="AWS::KMS::Key")
    assert len(verdict([change(key, WRITER)], accepted=[ENTRY]).errors) == 1


def test_followers_of_a_cluster_that_stays_are_errors() -> None:
    assert len(verdict([change(replace(CLUSTER, impact=Impact.changed), WRITER)]).errors) == 1


@pytest.mark.parametrize("page", ["docs/ci.md", FILE.as_posix()])
def test_the_example_names_what_there_is(page: str) -> None:
    """Its address is the production example's database, as printed."""
    text = re.sub(r"^# ?", "", (ROOT / page).read_text(), flags=re.MULTILINE)
    (example,) = re.findall(r"^accepted:\n(?:  .*\n)+", text, re.MULTILINE)
    (entry,) = YAML(typ="safe").load(example)["accepted"]
    committed = (ROOT / "tests" / "stateful" / f"{entry['deployment']}.txt").read_text()
    stack, _, logical_id = entry["address"].partition(".")
    assert f"{entry['deployment']}.{stack} AWS::RDS::DBCluster {logical_id} " in committed
    assert load(ROOT) == ()
