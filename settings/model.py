"""The base of every model that a deployment file is read into."""

from collections.abc import Iterator
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

REFUSALS_LATER = "refusals later"
"""Key of the validation context of a loader that collects the refusals of all models itself."""


class Refusal(ValueError):
    """Settings that are well-formed one by one and wrong together.

    fields: every setting that was looked at, relative to the model; the first is the one to blame. A loader
    leaves out a refusal that rests on a setting which is wrong already.
    """

    def __init__(self, message: str, *fields: str) -> None:
        super().__init__(message)
        self.fields = fields


class Model(BaseModel):
    """Frozen, closed to unknown keys; the docstring under a field is its description in the schema and the
    reference."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)

    def refusals(self) -> Iterator[Refusal]:
        """Everything that is wrong between the settings of this model."""
        return iter(())

    @model_validator(mode="after")
    def _refuse(self, info: ValidationInfo) -> Self:
        context: Any = info.context
        if not (isinstance(context, dict) and REFUSALS_LATER in context):
            messages = [str(refusal) for refusal in self.refusals()]
            if messages:
                raise ValueError("; ".join(messages))
        return self
