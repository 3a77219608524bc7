"""The dashboard for 3 a.m."""

from collections.abc import Callable, Sequence
from typing import Any

import jsii
from aws_cdk import Duration, IAnyProducer, IResolveContext, Lazy, Token
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.watch import HEIGHT, ROW_WIDTH

ADVICE_WIDTH = 8


class NightDashboard(cw.Dashboard):
    """First what is wrong and what to do, then a row per thing, in the order in which they are added."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        advice: str,
        alarms: Callable[[], Sequence[cw.AlarmBase]],
    ) -> None:
        """`advice`: Markdown. `alarms`: asked when the template is written, so that all are in."""
        super().__init__(scope, construct_id, default_interval=Duration.hours(3))
        cfn = self.node.default_child
        assert isinstance(cfn, cw.CfnDashboard)
        cfn.dashboard_body = Token.as_string(Lazy.uncached_any(_AsSub(cfn.dashboard_body)))
        self.add_widgets(
            cw.TextWidget(markdown=advice, width=ADVICE_WIDTH, height=HEIGHT),
            _AlarmOverview(alarms=alarms),
        )


@jsii.implements(IAnyProducer)
class _AsSub:
    """The body as one `Fn::Sub` line: the CDK's `Fn::Join` takes five lines of the template per reference."""

    def __init__(self, body: str) -> None:
        self._body = body

    def produce(self, context: IResolveContext) -> Any:
        """What CloudFormation reads."""
        _, parts = context.resolve(self._body)["Fn::Join"]
        others: dict[str, Any] = {}
        text = "".join(_substituted(part, others) for part in parts)
        return {"Fn::Sub": [text, others] if others else text}


def _substituted(part: str | dict[str, Any], others: dict[str, Any]) -> str:
    """A reference as `Fn::Sub` writes it; any other function becomes a variable in `others`."""
    if isinstance(part, str):
        return part.replace("${", "${!")
    if "Ref" in part:
        return f"${{{part['Ref']}}}"
    if "Fn::GetAtt" in part:
        return f"${{{'.'.join(part['Fn::GetAtt'])}}}"
    name = f"Value{len(others)}"
    others[name] = part
    return f"${{{name}}}"


class _AlarmOverview(cw.ConcreteWidget):
    """The state of all alarms: `AlarmStatusWidget` wants to know them before they are made."""

    def __init__(self, *, alarms: Callable[[], Sequence[cw.AlarmBase]]) -> None:
        super().__init__(ROW_WIDTH - ADVICE_WIDTH, HEIGHT)
        self._alarms = alarms

    @jsii.member(jsii_name="toJson")
    def to_json(self) -> list[Any]:
        """The widget as CloudWatch reads it."""
        return [
            {
                "type": "alarm",
                "width": ROW_WIDTH - ADVICE_WIDTH,
                "height": HEIGHT,
                "x": ADVICE_WIDTH,
                "y": 0,
                "properties": {
                    "title": "Alarms: what is red comes first",
                    "alarms": [alarm.alarm_arn for alarm in self._alarms()],
                    "sortBy": "stateUpdatedTimestamp",
                },
            }
        ]
