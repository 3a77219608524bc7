"""Alarms, queries and trails."""

from collections.abc import Mapping
from typing import Any

from commands.local.emulator.rows import Call, Place, Row


def _composite(place: Place) -> Mapping[str, Any]:
    wanted = {name: value for name, value in place.properties.items() if name != "Tags"}
    return {"AlarmName": place.name, **wanted}


def _composite_again(place: Place) -> Mapping[str, Any]:
    return {**_composite(place), "AlarmName": place.ref}


ROWS = [
    Row(
        type="AWS::CloudWatch::CompositeAlarm",
        ref="{prop:AlarmName|{name}}",
        attributes={"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{prop:AlarmName|{name}}"},
        create=(Call(service="cloudwatch", operation="put_composite_alarm", parameters=_composite),),
        update=(Call(service="cloudwatch", operation="put_composite_alarm", parameters=_composite_again),),
        delete=(Call(service="cloudwatch", operation="delete_alarms", parameters={"AlarmNames": ["{ref}"]}),),
    ),
    Row(
        type="AWS::CloudWatch::AlarmMuteRule",
        ref="{attr:Arn}",
        attributes={"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm-mute-rule:{prop:Name|{name:128}}"},
    ),
    Row(
        type="AWS::CloudTrail::Trail",
        ref="{prop:TrailName|{name:128}}",
        attributes={"Arn": "arn:aws:cloudtrail:{region}:{account}:trail/{prop:TrailName|{name:128}}"},
    ),
]
