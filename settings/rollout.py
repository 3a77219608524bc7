"""How a new version takes over from the old one on Kubernetes."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from settings.model import Model, Refusal


class RolloutSettings(Model):
    """Pod by pod, or with Argo Rollouts, which looks at the error rate and goes back by itself."""

    strategy: Literal["rolling", "blue_green", "canary"] = "rolling"
    """`rolling`: pods are replaced one after another, none is missing. `blue_green`: all new pods beside the old ones,
    then traffic is switched. `canary`: traffic is moved in steps. The last two need Argo Rollouts in the cluster.
    Between `rolling` and them nobody answers for minutes, unless pods are kept (docs/aegisai.md, "Change the
    strategy")."""
    canary_weights: Annotated[
        tuple[Annotated[int, Field(ge=1, le=99)], ...], Field(min_length=1, max_length=10)
    ] = (
        10,
        30,
        60,
    )
    """Percent of the pods that run the new version at each step, with `canary`; then all."""
    pause_seconds: Annotated[int, Field(ge=10, le=86_400)] = 120
    """Seconds that each step of a canary lasts, or that blue-green waits before it switches."""
    max_error_percent: Annotated[int, Field(ge=1, le=50)] = 5
    """Percent of answers with status 5xx at which the old version comes back."""
    scale_down_delay_seconds: Annotated[int, Field(ge=30, le=86_400)] = 300
    """Seconds that the old pods stay after blue-green has switched."""

    def refusals(self) -> Iterator[Refusal]:
        if any(second <= first for first, second in pairwise(self.canary_weights)):
            weights = ", ".join(map(str, self.canary_weights))
            yield Refusal(f"{weights} do not rise; give each step more than the one before", "canary_weights")
