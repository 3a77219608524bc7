"""`make diff`: what the working tree changes in every deployment, against a base; no credentials."""

import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.assembly import ROOT
from commands.console import console, ended
from commands.diff import accepted, base, sides
from commands.diff.compare import compared
from commands.diff.gate import Gate, verdict
from commands.diff.judgement import NoJudgement
from commands.diff.markdown import as_markdown
from commands.diff.notes import notes_on
from commands.diff.report import Report
from commands.diff.terminal import lines
from commands.local import interruption
from commands.manifest_files import BadManifest
from settings.load import BadDeploymentFile, deployment_files

REFUSED = (
    accepted.BadAcceptedFile,
    BadDeploymentFile,
    BadManifest,
    base.NoBase,
    NoJudgement,
    typer.BadParameter,
)
"""What is said in one line, or in one for each thing that is wrong."""
NOT_COMPARED = 2
"""The exit code where there is nothing to judge."""


class Format(StrEnum):
    """How the report is printed."""

    terminal = "terminal"
    markdown = "markdown"
    json = "json"


def diff(
    name: Annotated[str, typer.Option("--base", help="Branch, tag or commit to compare with.")] = "main",
    output: Annotated[
        Format, typer.Option("--format", help="markdown is a comment for a pull request.")
    ] = Format.terminal,
    fail_on: Annotated[
        str, typer.Option(help=f"Exit with 1 on any of these, with commas between: {', '.join(Gate)}.")
    ] = "",
    deployment: Annotated[str | None, typer.Option(help="Left out: every deployment.")] = None,
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = ROOT / "deployments",
    base_deployments: Annotated[
        Path | None, typer.Option(help="That of the base. Left out: the same folder.", show_default=False)
    ] = None,
) -> None:
    """Show what the working tree changes against a base; exit 1 if that loses data or is something to fail on."""
    try:
        gates = _gates(fail_on)
        here = accepted.load(ROOT)
        against = base.find(name)
        asked = sides.wanted(deployments, deployment)
        of_base = sides.wanted(base_deployments, deployment) if base_deployments else asked
        interruption.listen()
        with tempfile.TemporaryDirectory(prefix="pergola-diff-") as temporary:
            report, code = _report(against, (of_base, asked), gates, here, Path(temporary))
    except REFUSED as error:
        raise ended(error, code=NOT_COMPARED) from None
    except KeyboardInterrupt:
        raise ended("interrupted; the base's copy is removed", code=130) from None
    _print(report, output)
    raise typer.Exit(code)


def _report(
    against: base.Base,
    both: tuple[sides.Wanted, sides.Wanted],
    gates: set[Gate],
    here: tuple[accepted.Accepted, ...],
    temporary: Path,
) -> tuple[Report, int]:
    title = f"What changes from {against.name} ({against.commit[:7]}) to the working tree"
    of_base, asked = both
    notes = tuple(notes_on(against, of_base, asked))
    with base.checked_out(against, temporary / "base") as checkout:
        if of_base != asked:
            deployment_files(checkout / of_base.folder)
        if not of_base.is_in(checkout):
            deployment_files(ROOT / asked.folder, only=asked.only)
        with Console(stderr=True).status("synthesizing both sides …") as status:
            tell = status.console.print
            before, after = sides.synthesized(checkout, temporary, asked, of_base=of_base, tell=tell)
        earlier = _earlier(checkout)
    if after.failure is not None:
        failure = f"the working tree does not synthesize:\n{after.failure}"
        return Report(title=title, notes=notes, failure=failure), after.exit_code
    if before.failure is not None:
        failure = (
            f"{against.name} does not synthesize, so nothing is compared; the working tree does.\n"
            f"{before.failure}"
        )
        return Report(title=title, notes=notes, failure=failure), NOT_COMPARED
    changes = compared(before, after)
    judged = verdict(changes, fail_on=gates, accepted=here, before=earlier)
    return Report(title=title, notes=notes, changes=tuple(changes), verdict=judged), int(bool(judged.errors))


def _earlier(checkout: Path) -> tuple[accepted.Accepted, ...]:
    """What the base has accepted already; a file that cannot be read there accepts nothing here."""
    try:
        return accepted.load(checkout)
    except accepted.BadAcceptedFile:
        return ()


def _gates(fail_on: str) -> set[Gate]:
    words = {word.strip() for word in fail_on.split(",") if word.strip()}
    if unknown := sorted(words - set(Gate)):
        raise typer.BadParameter(
            f"FAIL_ON: {', '.join(unknown)} is nothing to fail on; choose among {', '.join(Gate)}"
        )
    return {Gate(word) for word in words}


def _print(report: Report, output: Format) -> None:
    if output is Format.terminal:
        for line in lines(report):
            console().print(line, soft_wrap=True)
    else:
        text = as_markdown(report) if output is Format.markdown else report.as_json()
        print(text, end="" if output is Format.markdown else "\n")  # noqa: T201 -- read by programs
    for error in report.verdict.errors if output is not Format.terminal else ():
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
