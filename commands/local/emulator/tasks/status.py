"""`tasks/status.json` in the emulator's folder: what was changed for this machine, and what does not run on it."""

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "status.json"


@dataclass(frozen=True, kw_only=True)
class Substitution:
    """A host name of AWS that a local one stands for; never with a secret in it."""

    container: str
    variable: str
    was: str
    now: str


class Status:
    """Each fact once, in the order in which it came."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._substitutions: list[Substitution] = []
        self._not_run: dict[tuple[str, str], str] = {}
        self._remarks: list[str] = []
        self._lock = threading.Lock()

    def substituted(self, made: list[Substitution]) -> None:
        """Note substitutions."""
        with self._lock:
            self._substitutions += [each for each in made if each not in self._substitutions]
            self._write()

    def not_run(self, *, container: str, image: str, why: str) -> bool:
        """Note a container that does not run; says whether that is new."""
        with self._lock:
            known = self._not_run.get((container, image)) == why
            self._not_run[container, image] = why
            self._write()
            return not known

    def remark(self, text: str) -> None:
        """Note what this machine cannot do."""
        with self._lock:
            if text not in self._remarks:
                self._remarks.append(text)
                self._write()

    def _write(self) -> None:
        facts = {
            "substitutions": [
                {"is" if name == "now" else name: value for name, value in asdict(each).items()}
                for each in self._substitutions
            ],
            "not_run": [
                {"container": container, "image": image, "why": why}
                for (container, image), why in self._not_run.items()
            ],
            "remarks": self._remarks,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(facts, indent=2))
        fresh.replace(self._path)
