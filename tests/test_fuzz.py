"""`make fuzz`: thousands of spoiled deployment files, and every one that loads is synthesized.

What is left out to be quick are the CDK's own template rules (four seconds a deployment); cdk-nag is asked, and each
template is held against its budgets.
"""

import json
import os
import shutil
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult
from pathlib import Path
from random import Random

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from commands.assembly import templates
from settings.load import BadDeploymentFile, load_deployment
from settings.open_webui import OpenWebUIDeployment
from systems import build
from tests.conftest import ROOT
from tests.settings.mutations import FILES as DEPLOYMENTS
from tests.settings.mutations import KUBERNETES, assert_documented_form, load_mutated

FILES = 8000
FEWEST = FILES // 20
"""So many at least are synthesized: else hardly anything is shown."""
SYNTHESES_PER_PROCESS = 25
"""A process keeps every app that it made, 25 MB each."""
FLAGS = {
    **json.loads((ROOT / "cdk.json").read_text())["context"],
    "@aws-cdk/core:validateAgainstDefaultRules": False,
}


def failure(file: Path) -> str | None:
    """What goes wrong with the templates of one deployment file, which are taken away again."""
    outdir = Path(f"{file}.out")
    deployment = load_deployment(file).deployment
    try:
        app = App(outdir=str(outdir), context=FLAGS, analytics_reporting=False)
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        build(app, deployment)
        app.synth()
        over = [one.name for one in templates(outdir, deployment.name) if not one.within_budget]
    except Exception as error:
        return f"{file}: {type(error).__name__}: {str(error)[:2000]}"
    finally:
        shutil.rmtree(outdir, ignore_errors=True)
    return f"{file}: over their budget: {', '.join(over)}" if over else None


@pytest.mark.fuzz
@pytest.mark.slow
def test_a_spoiled_file_synthesizes_or_is_refused_in_the_documented_form(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    @settings(
        max_examples=FILES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],  # a smaller seed is no simpler file
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(min_value=0, max_value=2**64))
    def check(seed: int) -> None:
        try:
            loaded = load_mutated(Random(seed), spoiled, (*DEPLOYMENTS, *KUBERNETES))
        except BadDeploymentFile as refusal:
            try:
                assert_documented_form(refusal)
            except AssertionError as error:
                failures.append(f"{error}")
            return
        effective = loaded.deployment.model_dump_json()
        if isinstance(loaded.deployment, OpenWebUIDeployment) and effective not in syntheses:
            folder = tmp_path / str(len(syntheses))
            folder.mkdir()
            syntheses[effective] = pool.apply_async(failure, [Path(shutil.copy(loaded.file, folder))])

    failures: list[str] = []
    spoiled = tmp_path / "spoiled"
    spoiled.mkdir()
    syntheses: dict[str, AsyncResult[str | None]] = {}
    with get_context("spawn").Pool(os.cpu_count(), maxtasksperchild=SYNTHESES_PER_PROCESS) as pool:
        check()
        failures += [said for each in syntheses.values() if (said := each.get()) is not None]
    assert not failures, "\n\n".join(failures)
    assert len(syntheses) >= FEWEST
    record_property(
        "figure",
        f"fuzz: {FILES} spoiled files load as {len(syntheses)} different deployments, and all synthesize",
    )
