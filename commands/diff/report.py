"""Everything that one run has to say."""

import json
from dataclasses import asdict, dataclass, field

from commands.diff.changes import DeploymentChange
from commands.diff.gate import Verdict
from commands.diff.outline import Chapter, chapter


@dataclass(frozen=True, kw_only=True)
class Report:
    """`title` says what is compared; `notes` are lines of their own; `failure` is why nothing could be compared."""

    title: str
    notes: tuple[str, ...] = ()
    failure: str | None = None
    changes: tuple[DeploymentChange, ...] = ()
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def chapters(self) -> list[Chapter]:
        """One for each deployment."""
        return [chapter(change) for change in self.changes]

    def as_json(self) -> str:
        """The same for programs."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)
