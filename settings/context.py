"""The keys that may stand behind `cdk -c`."""

from collections.abc import Iterable

from settings.load import BadDeploymentFile
from settings.problems import nearest, shown

OURS = ("deployment", "deployments")
OF_THE_CLI = ("acknowledged-issue-numbers", "cli-telemetry")
"""What `cdk acknowledge` and `cdk cli-telemetry` write into cdk.context.json."""


def refuse_unknown_keys(keys: Iterable[str]) -> None:
    """Raise `BadDeploymentFile` for keys that nobody reads; the CDK's own flags, switches and lookups all hold a
    colon."""
    unknown = sorted(key for key in keys if ":" not in key and key not in OURS + OF_THE_CLI)
    if unknown:
        raise BadDeploymentFile("\n".join(map(_refusal, unknown)))


def _refusal(key: str) -> str:
    meant = nearest(key, list(OURS))
    remedy = f"did you mean -c {meant}=…?" if meant else f"known are {' and '.join(OURS)}"
    return (
        f"-c {key}: {shown(key)} is not a key of the context; {remedy} "
        "(keys also come from cdk.context.json and ~/.cdk.json)"
    )
