"""Both sides synthesized at once, each into a folder of its own."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from commands.assembly import ROOT, deployments
from commands.diff.environment import python_for
from commands.local.cdk import nothing
from commands.local.steps import LocalError
from commands.manifest_files import with_manifests
from commands.synthesis import SynthesisFailed, synthesize


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which deployments are compared. `folder` holds their files: relative to the checkout, or one for both sides."""

    folder: Path
    only: str | None = None

    def is_in(self, checkout: Path) -> bool:
        """Whether there is anything to synthesize."""
        files = self.only or "*"
        return any((checkout / self.folder).glob(f"{files}.yaml"))

    @property
    def context(self) -> dict[str, str]:
        """What the application is told."""
        return {"deployments": str(self.folder)} | ({"deployment": self.only} if self.only else {})


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one side was synthesized to: an assembly, or why there is none. Neither: it has no such deployment."""

    assembly: Path | None = None
    failure: str | None = None
    exit_code: int = 0

    @property
    def stacks(self) -> list[str]:
        """The deployments that make a stack."""
        return deployments(self.assembly) if self.assembly else []

    @property
    def deployments(self) -> list[str]:
        """What there is: stacks, and what is manifests alone."""
        return sorted({*self.stacks, *(with_manifests(self.assembly) if self.assembly else ())})


def wanted(folder: Path, only: str | None) -> Wanted:
    """A folder inside the checkout is read on each side as it is there; any other is the same for both."""
    whole = folder.resolve()
    return Wanted(folder=whole.relative_to(ROOT) if whole.is_relative_to(ROOT) else whole, only=only)


def synthesized(
    checkout: Path,
    into: Path,
    asked: Wanted,
    *,
    of_base: Wanted | None = None,
    tell: Callable[[str], None] = nothing,
) -> tuple[Side, Side]:
    """The base, which is checked out in `checkout`, and the working tree; `into` is a folder for both assemblies.

    `of_base` is what is compared there; left out, the same as here.
    """
    with ThreadPoolExecutor(max_workers=2) as both:
        tree = both.submit(_side, ROOT, into / "after", asked, Path(sys.executable))
        try:
            python = python_for(checkout, tell=tell)
        except LocalError as error:
            return Side(failure=str(error), exit_code=1), tree.result()
        base = both.submit(_side, checkout, into / "before", of_base or asked, python)
        return base.result(), tree.result()


def _side(checkout: Path, outdir: Path, asked: Wanted, python: Path) -> Side:
    if not asked.is_in(checkout):
        return Side()
    try:
        synthesize(outdir, context=asked.context, checkout=checkout, python=python, rules=False)
    except SynthesisFailed as failed:
        return Side(failure=str(failed), exit_code=failed.exit_code)
    return Side(assembly=outdir)
