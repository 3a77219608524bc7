"""Turns one document into settings, and collects everything that is wrong on the way."""

from pathlib import Path
from typing import Any, Literal, cast

from pydantic import ValidationError

from settings.deployment import DeploymentBase, RecoverableDeployment
from settings.fields import fields_of, key_place, models_in, place_at, value_at
from settings.inline_secrets import is_secret, names_secret
from settings.model import REFUSALS_LATER, Refusal
from settings.presets import PRESETS, preset_of, with_preset
from settings.problems import Path_, Problem, dotted, nearest, shown
from settings.systems import SYSTEMS, Variants, deployment_models, variants_of
from settings.values import (
    all_refusals,
    fill_example,
    in_data,
    leaves,
    reaches,
    steps,
    texts,
    touches,
    without,
)
from settings.words import Wrong, missing, of_another, unknown_key
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
        self.preset = self._preset(self.environment) if self.environment else {}
        if model.secrets_belong_in is not None:
            self._refuse_secrets(model.secrets_belong_in)
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
            models = deployment_models(system)
            variants = variants_of(system)
            if variants is None:
                return models[""]
            value = self.document.values.get(variants.field)
            if isinstance(value, str) and value in models:
                return models[value]
            self._no_variant(variants)
            return None
        known = ", ".join(SYSTEMS)
        meant = nearest(system, list(SYSTEMS)) if isinstance(system, str) else None
        if not self.document.has(("system",)):
            self._wrong(("system",), f"is missing; give the system that this file deploys, one of {known}")
            return RecoverableDeployment
        if ("system",) not in self.doubtful:
            remedy = f"did you mean {meant}? Known are {known}" if meant else f"use one of {known}"
            self._wrong(
                ("system",), f"{shown(system, self.document.written(('system',)))} is not a system; {remedy}"
            )
        return None

    def _no_variant(self, variants: Variants) -> None:
        """The system is known, and which of its models it is cannot be said."""
        path = (variants.field,)
        if path in self.doubtful:
            return
        choices = ", ".join(f"{value} ({meaning})" for value, meaning in variants.meanings.items())
        if not self.document.has(path):
            self._wrong(path, f"is missing; give it, one of {choices}")
        else:
            given = shown(self.document.values.get(variants.field), self.document.written(path))
            self._wrong(path, f"{given} is not allowed; use one of {choices}")

    def _preset(self, environment: str) -> dict[str, Any]:
        return preset_of(environment, self.model.model_fields.keys(), self.document.values)

    def _refuse_secrets(self, place: str) -> None:
        """Take out what looks like a secret before any message shows it."""
        for path, value in texts(self.document.values):
            if is_secret(value):
                message = "holds a key, token or password, and this file is read by many; take it out"
                self._wrong(path, f"{message}, secrets belong in {place}")

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
        if self.model is RecoverableDeployment:
            values = {key: value for key, value in values.items() if key in self.model.model_fields}
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
                self._wrong(path, missing(place_at(self.model, path, values)) + self._meant(path[:-1]))
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

    def _meant(self, section: Path_) -> str:
        """The section that is there without the file, and that the file probably means with another name."""
        info = self.model.model_fields.get(str(section[0])) if len(section) == 2 else None
        there = info.get_default(call_default_factory=True) if info is not None else None
        if not isinstance(there, dict):
            return ""
        given = self.document.values[str(section[0])]
        meant = nearest(str(section[1]), [name for name in there if name not in given])
        return f"; or did you mean {meant}?" if meant else ""

    def _unknown_key(self, path: Path_) -> None:
        section: Any = self.document.values
        for step in path[:-1]:
            section = value_at(section, step)
        place = place_at(self.model, path[:-1], self.document.values)
        models = models_in(place, section) if place else []
        given = section if isinstance(section, dict) else ()
        message, meant = unknown_key(str(path[-1]), models[0] if models else self.model, given)
        refused = self._not_here(path, value_at(section, path[-1]), meant)
        if refused is None and place is not None and models:
            refused = of_another(str(path[-1]), place, models[0], given)
        if refused is not None:
            message, meant = refused, None
        if meant is not None:
            self.suspects.add((*path[:-1], meant))
        self._wrong(path, message)

    def _not_here(self, path: Path_, given: Any, meant: str | None) -> str | None:
        """Why a key that the models do not have cannot be given, if there is more to say.

        meant: the key that it was probably meant to be.
        """
        system, key = self.document.values.get("system"), str(path[-1])
        variants = variants_of(system)
        if variants is not None and len(path) == 1:
            value = self.document.values.get(variants.field)
            other = variants.other_with(key, value)
            if other is not None:
                field = variants.field
                return f"is a setting with {field}: {other} alone, and {field} is {value}; take one of the two out"
        known = isinstance(given, dict) or (meant is not None and names_secret(meant))
        if self.model.secrets_belong_in is not None and names_secret(key) and not known:
            return (
                "looks like a secret, and this file is read by many; take it out, "
                f"secrets belong in {self.model.secrets_belong_in}"
            )
        return None

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
        return not self.document.has(path) and any(
            reaches(self._preset(environment), path) for environment in PRESETS
        )

    def _origin(self, path: Path_) -> Origin:
        if self.document.has(path):
            return "file"
        return "preset" if reaches(self.preset, path) else "default"

    def _wrong(self, path: Path_, message: str) -> None:
        self.suspects.add(path)
        self.problems.append(Problem(self.path, self.document.line(path), path, message))
