"""What calls people: alarms and notices, with what each says to do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.report.lines import Line
from commands.report.words import Words

COMPARISONS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
    "GreaterThanUpperThreshold": "above",
    "LessThanLowerThreshold": "below",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside",
}
STEPS = re.compile(r" (?=First: |Then: )")


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """`when` is what it watches, `says` its text in steps, `tells` who is told."""

    address: str
    when: str
    says: list[str]
    tells: list[Line]


def alarms(template: Template, words: Words) -> Iterator[Alarm]:
    """Alarms of CloudWatch, and EventBridge rules whose target is a topic."""
    resources = template["Resources"]
    topics = [{"Ref": address} for address, each in resources.items() if each["Type"] == "AWS::SNS::Topic"]
    for address, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
            yield Alarm(
                address=address,
                when=_when(properties, words),
                says=STEPS.split(words.text(properties.get("AlarmDescription", ""))),
                tells=[words.line(action) for action in properties.get("AlarmActions", [])],
            )
        elif resource["Type"] == "AWS::Events::Rule":
            told = [each for each in properties.get("Targets", []) if each["Arn"] in topics]
            if told:
                yield Alarm(
                    address=address,
                    when=f"event: {words.line(properties.get('EventPattern', {}).get('detail-type', ''))}",
                    says=STEPS.split(_message(told[0], words) or properties.get("Description", "")),
                    tells=[words.line(each["Arn"]) for each in told],
                )


def _message(target: dict[str, Any], words: Words) -> str:
    template = target.get("InputTransformer", {}).get("InputTemplate", target.get("Input", ""))
    return words.text(template).strip('"')


def _when(properties: dict[str, Any], words: Words) -> str:
    if "AlarmRule" in properties:
        return words.text(properties["AlarmRule"])
    comparison = words.text(properties["ComparisonOperator"])
    limit = f"{COMPARISONS.get(comparison, comparison)} {words.text(_limit(properties))}"
    return f"{_measured(properties, words)} {limit}, {_times(properties, words)}"


def _limit(properties: dict[str, Any]) -> Any:
    """The threshold, or the band that anomaly detection keeps."""
    band = properties.get("ThresholdMetricId")
    found = (each.get("Expression") for each in properties.get("Metrics", []) if each["Id"] == band)
    return properties.get("Threshold", "?") if band is None else next(found, band)


def _measured(properties: dict[str, Any], words: Words) -> str:
    if "MetricName" in properties:
        statistic = properties.get("Statistic", properties.get("ExtendedStatistic", ""))
        name, inside = words.text(properties["MetricName"]), words.text(properties["Namespace"])
        return f"{words.text(statistic)} of {name} ({inside})"
    shown = [
        each
        for each in properties["Metrics"]
        if each.get("ReturnData", True) and each["Id"] != properties.get("ThresholdMetricId")
    ]
    return ", ".join(
        words.text(each.get("Expression") or each["MetricStat"]["Metric"]["MetricName"]) for each in shown
    )


def _times(properties: dict[str, Any], words: Words) -> str:
    periods = [properties.get("Period"), *(_period(each) for each in properties.get("Metrics", []))]
    known = [int(each) for each in periods if isinstance(each, int) or str(each).isdecimal()]
    of = words.text(properties["EvaluationPeriods"])
    needed = words.text(properties.get("DatapointsToAlarm", of))
    seconds = max(known, default=0)
    span = f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"
    return f"{needed} × {span}" if needed == of else f"{needed} of {of} × {span}"


def _period(metric: dict[str, Any]) -> Any:
    return metric.get("MetricStat", metric).get("Period")
