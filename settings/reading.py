"""Turns one document into settings, and collects everything that is wrong on the way."""

from pathlib import Path
from typing import Any, Literal, cast

from pydantic import ValidationError

from settings.deployment import DeploymentBase
from settings.fields import fields_of, key_place, models_in, place_at, value_at
from settings.model import REFUSALS_LATER, Refusal
from settings.presets import PRESETS, with_preset
from settings.problems import Path_, Problem, dotted, nearest, shown
from settings.systems import SYSTEMS, deployment_model
from settings.values import (
    all_refusals,
    fill_example,
    in_data,
    known_sections,
    leaves,
    reaches,
    steps,
    touches,
    without,
)
from settings.words import Wrong, missing, unknown_key
from settings.yaml_document import Document

Origin = Literal["file", "preset", "default"]
PASSES = 5
"""How often what is wrong is taken out until the rest can be looked at together."""
PLACEHOLDER_NAME = "deployment"


class Reading:
    """One file on its way to settings.

    Pydantic stops at the first kind of error: a model with a wrong field is not checked as a whole. So what is wrong
    is taken out, with placeholders where something must stand, until the models can be made; then all of them are
    asked for their refusals, and those that rest on something that was taken out are left out.
    """

    deployment: DeploymentBase | None
    """The settings; to be used only without problems."""
    problems: list[Problem]

    def __init__(self, path: Path, document: Document) -> None:
        self.path = path
        self.document = document
        self.problems = list(document.problems)
        self.suspects: set[Path_] = set(document.unusable)
        """What is taken out before the rest is looked at together."""
        self.doubtful: set[Path_] = {problem.path for problem in self.problems}
        """What no further refusal may rest on."""
        if "name" in document.values:
            self._wrong(
                ("name",),
                f"is not a setting; the file's name, {shown(path.stem)}, names the deployment, take it out",
            )
        self.deployment = None
        model = self._model()
        if model is None:
            return
        self.model = model
        environment = document.values.get("environment")
        self.environment = environment if isinstance(environment, str) and environment in PRESETS else None
        self.preset = known_sections(PRESETS[self.environment], self.model) if self.environment else {}
        self.deployment = self._built()
        if self.deployment is not None:
            for place, refusal in all_refusals(self.deployment, ()):
                self._refuse(place, refusal)

    def origins(self) -> dict[str, Origin]:
        """Dotted path of each setting → where its value comes from."""
        assert self.deployment is not None
        return {dotted(path): self._origin(path) for path in leaves(self.deployment, ())}

    def _model(self) -> type[DeploymentBase] | None:
        """The model of the system that is named. Without a name: what all systems share. With a name that nobody knows:
        none, for whatever else is said would be guessed."""
        system = self.document.values.get("system")
        if isinstance(system, str) and system in SYSTEMS:
            return deployment_model(system)
        known = ", ".join(SYSTEMS)
        meant = nearest(system, list(SYSTEMS)) if isinstance(system, str) else None
        if not self.document.has(("system",)):
            self._wrong(("system",), f"is missing; give the system that this file deploys, one of {known}")
            return DeploymentBase
        if ("system",) not in self.doubtful:
            remedy = f"did you mean {meant}? Known are {known}" if meant else f"use one of {known}"
            self._wrong(
                ("system",), f"{shown(system, self.document.written(('system',)))} is not a system; {remedy}"
            )
        return None

    def _built(self) -> DeploymentBase | None:
        """The settings, with placeholders for what is wrong; None where that cannot be had."""
        for attempt in range(PASSES):
            values = self._values()
            known = frozenset(self.suspects)
            try:
                return self.model.model_validate(values, strict=True, context={REFUSALS_LATER: True})
            except ValidationError as error:
                found = cast("list[dict[str, Any]]", error.errors(include_url=False))
                for details in sorted(found, key=lambda one: one["type"] != "extra_forbidden"):
                    self._field_error(details, values, known, report=attempt == 0)
        return None

    def _values(self) -> dict[str, Any]:
        """What is right in the file, completed by the preset, and by examples where something must stand."""
        given = without(self.document.values, self.suspects)
        name = PLACEHOLDER_NAME if ("name",) in self.suspects else self.path.stem
        values = {**with_preset(self.preset, given), "name": name}
        if self.model is DeploymentBase:
            values = {key: value for key, value in values.items() if key in DeploymentBase.model_fields}
        for field, place in fields_of(self.model).items():
            if place.field is not None and place.field.is_required() and place.model is not None:
                values.setdefault(field, {})
        for path in self.suspects:
            fill_example(self.model, values, path)
        return values

    def _field_error(
        self, details: dict[str, Any], values: dict[str, Any], known: frozenset[Path_], *, report: bool
    ) -> None:
        path = in_data(details["loc"], values)
        if path in known:  # the placeholder did not serve: take out what is around it
            self.suspects.add(path[:-1])
            return
        if not report:
            self.suspects.add(path)
            return
        if details["type"] == "extra_forbidden":
            self._unknown_key(path)
        elif path == ("name",):
            form = "use 3 to 28 lower-case letters, digits and hyphens, a letter first, such as open-webui-dev.yaml"
            self._wrong(path, f"the file name {shown(self.path.stem)} does not serve; {form}")
        elif details["type"] == "missing":
            if path not in self.suspects:  # else a key that was meant to be this one is reported already
                self._wrong(path, missing(place_at(self.model, path, values)))
        elif details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]:
            pass  # pydantic does not count the values of a list that are wrong
        else:
            place = place_at(self.model, path, values)
            if details["loc"][-1] == "[key]":
                place = key_place(place_at(self.model, path[:-1], values))
            wrong = Wrong(
                kind=details["type"],
                context=details.get("ctx", {}),
                value=details["input"],
                written=self.document.written(path),
                place=place,
            )
            self._wrong(path, wrong.words)

    def _unknown_key(self, path: Path_) -> None:
        section: Any = self.document.values
        for step in path[:-1]:
            section = value_at(section, step)
        place = place_at(self.model, path[:-1], self.document.values)
        models = models_in(place, section) if place else []
        given = section if isinstance(section, dict) else ()
        message, meant = unknown_key(str(path[-1]), models[0] if models else self.model, given)
        if meant is not None:
            self.suspects.add((*path[:-1], meant))
        self._wrong(path, message)

    def _refuse(self, path: Path_, refusal: Refusal) -> None:
        """Report a refusal, unless it rests on what is wrong, on the line of the first setting that the file gives."""
        fields = [(*path, *steps(field)) for field in refusal.fields]
        if any(touches(field, other) for field in fields for other in self.suspects | self.doubtful):
            return
        if self.environment is None and any(self._from_some_preset(field) for field in fields):
            return
        given = [field for field in fields if self.document.has(field)]
        preset = [field for field in fields if not self.document.has(field) and reaches(self.preset, field)]
        notes = "; ".join(f"{field[-1]} is the {self.environment} preset's" for field in preset)
        line = self.document.line(given[0] if given else fields[0])
        message = f"{refusal} ({notes})" if notes else str(refusal)
        self.problems.append(Problem(self.path, line, fields[0], message))

    def _from_some_preset(self, path: Path_) -> bool:
        return not self.document.has(path) and any(reaches(preset, path) for preset in PRESETS.values())

    def _origin(self, path: Path_) -> Origin:
        if self.document.has(path):
            return "file"
        return "preset" if reaches(self.preset, path) else "default"

    def _wrong(self, path: Path_, message: str) -> None:
        self.suspects.add(path)
        self.problems.append(Problem(self.path, self.document.line(path), path, message))
