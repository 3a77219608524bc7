"""Keys behind `cdk -c`."""

import pytest

from settings.context import refuse_unknown_keys
from settings.load import BadDeploymentFile


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            ["deploymnet"],
            "-c deploymnet: 'deploymnet' is not a key of the context; did you mean -c deployment=…?",
        ),
        (
            ["Deployments"],
            "-c Deployments: 'Deployments' is not a key of the context; did you mean -c deployments=…?",
        ),
        (["stage"], "-c stage: 'stage' is not a key of the context; known are deployment and deployments"),
    ],
)
def test_a_key_that_nobody_reads_is_refused_with_the_nearest_known(keys: list[str], said: str) -> None:
    with pytest.raises(BadDeploymentFile) as error:
        refuse_unknown_keys(keys)
    assert str(error.value) == f"{said} (keys also come from cdk.context.json and ~/.cdk.json)"


def test_every_wrong_key_is_told_at_once() -> None:
    with pytest.raises(BadDeploymentFile) as error:
        refuse_unknown_keys(["stage", "deployment", "zone"])
    assert [line.partition(":")[0] for line in str(error.value).split("\n")] == ["-c stage", "-c zone"]


def test_ours_and_those_of_the_cdk_pass() -> None:
    refuse_unknown_keys(
        [
            "deployment",
            "deployments",
            "@aws-cdk/core:checkSecretUsage",
            "aws:cdk:bundling-stacks",
            "aws-cdk:enableDiffNoFail",
            "availability-zones:account=111122223333:region=eu-west-1",
            "acknowledged-issue-numbers",
            "cli-telemetry",
        ]
    )
