"""The CDK application: every deployment file, or the one that `-c deployment=NAME` asks for."""

import json
import os
import sys
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from settings.context import refuse_unknown_keys
from settings.load import BadDeploymentFile, deployment_files, load_deployment
from systems import build
from systems.manifests import write_manifests

ROOT = Path(__file__).parent
PACKAGES = ROOT / ".venv-open-webui"
"""Where `make try` installs Open WebUI, a virtual environment per version."""

KEPT = ROOT / ".local" / "manifests"
"""Keeps what is generated once for clusters without a store of secrets; Git does not."""


def main() -> int:
    app = App(
        outdir=os.environ.get("CDK_OUTDIR", str(ROOT / "cdk.out")),
        context=json.loads((ROOT / "cdk.json").read_text())["context"],  # the CLI would pass the same
        analytics_reporting=False,
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    folder = ROOT / (app.node.try_get_context("deployments") or "deployments")
    try:
        refuse_unknown_keys(app.node.get_all_context())
        files = deployment_files(folder, only=app.node.try_get_context("deployment"))
        loaded = [load_deployment(file) for file in files]
    except BadDeploymentFile as error:
        print(error, file=sys.stderr)
        return 2
    for one in loaded:
        for warning in one.warnings(packages=PACKAGES):
            print(warning, file=sys.stderr)
        build(app, one.deployment)
    try:
        app.synth()
        for one in loaded:
            write_manifests(one.deployment, assembly=Path(app.outdir), kept=KEPT)
    except BadDeploymentFile as error:
        print(error, file=sys.stderr)
        return 2
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
