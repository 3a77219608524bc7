"""Defect: an alarm over metric math is refused.

ministack's template handler knows alarms over one metric. Here such an alarm is made with its
expressions kept; it stays in INSUFFICIENT_DATA, as nothing works them out.
"""

from typing import Any

from ministack.services.cloudformation import provisioners

from commands.local.emulator.rebinding import rebind

ONE_METRIC = {"MetricName": "metric math", "Namespace": "metric math"}
OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")

native = provisioners._cw_metric_alarm_record


def record(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The alarm as CloudWatch keeps it."""
    if not properties.get("Metrics"):
        plain: dict[str, Any] = native(name, properties)
        return plain
    kept = {key: value for key, value in properties.items() if key != "Metrics"}
    alarm: dict[str, Any] = native(name, {"Threshold": 0, **kept, **ONE_METRIC})
    return {**alarm, **dict.fromkeys(OF_ONE_METRIC), "Period": 60, "Metrics": properties["Metrics"]}


def install() -> None:
    rebind(native, record)
