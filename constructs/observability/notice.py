"""What only an event tells: no metric counts it."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from constructs.observability.actionable_alarm import Audience


class Notice(events.Rule):
    """An EventBridge rule that sends one readable line, with the first step, to the audience."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        source: str,
        detail_types: Sequence[str],
        detail: Mapping[str, Any],
        meaning: str,
        first_step: str,
        details: Mapping[str, str],
        resources: Sequence[str] | None = None,
    ) -> None:
        """`details`: what the line quotes of the event, name → JSON path. `resources` left out: of any."""
        text = audience.describe(construct_id, meaning=meaning, first_step=first_step)
        quoted = ", ".join(f"{name}: {events.EventField.from_path(path)}" for name, path in details.items())
        super().__init__(
            scope,
            construct_id,
            description=meaning,
            event_pattern=events.EventPattern(
                source=[source],
                detail_type=list(detail_types),
                detail=dict(detail),
                resources=None if resources is None else list(resources),
            ),
            targets=[
                targets.SnsTopic(
                    audience.topic, message=events.RuleTargetInput.from_text(f"{text} ({quoted})")
                )
            ],
        )
        Validations.of(self).acknowledge(
            Acknowledgment(
                id="Annotation::@aws-cdk/aws-events:ruleUnresolvedEnvironment",
                reason="Rule and topic are of one stack, whatever its account.",
            )
        )
