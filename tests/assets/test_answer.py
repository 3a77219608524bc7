"""The custom-resource protocol: one answer in every case."""

import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assets.conftest import CloudFormation, Context, Load

Act = Callable[[Any], Any]


@pytest.fixture
def answer(load: Load, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, which does not wait between its attempts to send."""
    module = load("answer")
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    return module


def fails(error: Exception) -> Act:
    """A handler that does nothing else."""

    def act(_request: Any) -> Any:
        raise error

    return act


def test_success_carries_the_id_and_the_data(answer: ModuleType, cloudformation: CloudFormation) -> None:
    handler = answer.answers()(
        lambda request: answer.Answer(physical_resource_id="it", data={"Name": "chat"})
    )
    event = cloudformation.event("Create")
    sent = cloudformation.send(handler, event)
    assert sent.pop("Reason")
    assert sent == {
        "Status": "SUCCESS",
        "PhysicalResourceId": "it",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": "Thing",
        "Data": {"Name": "chat"},
    }


def test_the_answer_has_no_content_type_as_the_signed_url_wants(
    answer: ModuleType, cloudformation: CloudFormation
) -> None:
    cloudformation.send(answer.answers()(fails(ValueError())), cloudformation.event("Create"))
    assert cloudformation.content_types == [""]


def test_a_failed_create_has_an_id_that_its_delete_accepts(
    answer: ModuleType, cloudformation: CloudFormation
) -> None:
    handler = answer.answers()(fails(answer.Refused("no such thing; make one")))
    failed = cloudformation.send(handler, cloudformation.event("Create"))
    assert (failed["Status"], failed["Reason"]) == ("FAILED", "no such thing; make one")
    event = cloudformation.event("Delete") | {"PhysicalResourceId": failed["PhysicalResourceId"]}
    assert cloudformation.send(handler, event)["Status"] == "SUCCESS"


def test_a_failed_update_keeps_the_id(answer: ModuleType, cloudformation: CloudFormation) -> None:
    failed = cloudformation.send(answer.answers()(fails(KeyError("x"))), cloudformation.event("Update"))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", "thing-1")


def test_an_unforeseen_error_is_told_without_its_text(
    answer: ModuleType, cloudformation: CloudFormation
) -> None:
    failed = cloudformation.send(
        answer.answers()(fails(ValueError("Sesame1"))), cloudformation.event("Create")
    )
    assert failed["Reason"] == "unexpected ValueError; see the log stream 2026/11/21/[$LATEST]abc"


def test_an_error_of_aws_is_told(answer: ModuleType, cloudformation: CloudFormation) -> None:
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "not\n yours"}}, "DescribeThing")
    failed = cloudformation.send(answer.answers()(fails(error)), cloudformation.event("Create"))
    assert "AccessDenied" in failed["Reason"]
    assert "DescribeThing operation: not yours" in failed["Reason"]


def test_a_long_reason_is_cut(answer: ModuleType, cloudformation: CloudFormation) -> None:
    cloudformation.send(answer.answers()(fails(answer.Refused("é" * 9000))), cloudformation.event("Create"))
    assert len(cloudformation.bodies[0]) <= 4096
    assert cloudformation.answers[0]["Reason"].endswith("...")


def test_data_that_cloudformation_would_not_take_fails_with_a_reason(
    answer: ModuleType, cloudformation: CloudFormation
) -> None:
    handler = answer.answers()(
        lambda request: answer.Answer(physical_resource_id="it", data={"Long": "x" * 5000})
    )
    failed = cloudformation.send(handler, cloudformation.event("Update"))
    assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", "thing-1")
    assert "bytes, CloudFormation takes 4096" in failed["Reason"]


@pytest.mark.parametrize(
    "swallows", [False, True], ids=["plain", "in a library that catches every Exception"]
)
def test_failed_is_answered_before_lambdas_time_is_over(
    answer: ModuleType, cloudformation: CloudFormation, swallows: bool
) -> None:
    def act(_request: Any) -> Any:
        try:
            threading.Event().wait(20)
        except Exception:
            if not swallows:
                raise
        return answer.Answer(physical_resource_id="late")

    started = time.monotonic()
    failed = cloudformation.send(answer.answers()(act), cloudformation.event("Create"), milliseconds=20_300)
    assert time.monotonic() - started < 5
    assert failed["Status"] == "FAILED"
    assert "ran out of time" in failed["Reason"]


def test_the_alarm_does_not_outlive_the_handler(answer: ModuleType, cloudformation: CloudFormation) -> None:
    handler = answer.answers()(lambda request: answer.Answer(physical_resource_id="it"))
    cloudformation.send(handler, cloudformation.event("Create"), milliseconds=20_200)
    threading.Event().wait(0.4)


def test_a_thread_that_gets_no_signals_answers_too(
    answer: ModuleType, cloudformation: CloudFormation
) -> None:
    handler = answer.answers()(lambda request: answer.Answer(physical_resource_id="it"))
    thread = threading.Thread(target=handler, args=(cloudformation.event("Create"), Context()))
    thread.start()
    thread.join(10)
    assert [sent["Status"] for sent in cloudformation.answers] == ["SUCCESS"]


def test_the_handler_knows_how_much_time_is_left(answer: ModuleType, cloudformation: CloudFormation) -> None:
    left: list[float] = []

    def act(request: Any) -> Any:
        left.append(request.seconds_left())
        return answer.Answer(physical_resource_id="it")

    cloudformation.send(answer.answers()(act), cloudformation.event("Create"), milliseconds=300_000)
    assert 270 < left[0] <= 280


def test_sending_is_repeated(answer: ModuleType, cloudformation: CloudFormation) -> None:
    cloudformation.failures_to_come = 3
    handler = answer.answers()(lambda request: answer.Answer(physical_resource_id="it"))
    assert cloudformation.send(handler, cloudformation.event("Create"))["Status"] == "SUCCESS"


def test_lambda_learns_of_an_answer_that_cannot_be_sent(
    answer: ModuleType, cloudformation: CloudFormation
) -> None:
    cloudformation.failures_to_come = 9
    with pytest.raises(OSError, match="503"):
        answer.answers()(lambda request: answer.Answer(physical_resource_id="it"))(
            cloudformation.event("Create"), Context()
        )


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["ClusterArn", "MasterSecretArn", "DatabaseName", "Extensions", "Image", "PrefixListName"]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    module=st.sampled_from(["database", "cluster_snapshot", "prefix_list"]),
    request_type=st.sampled_from(["Create", "Update", "Delete", "Dance"]),
    properties=ODD | st.dictionaries(NAMES, ODD),
    old=ODD,
)
def test_odd_events_get_one_answer_too(
    load: Load,
    cloudformation: CloudFormation,
    module: str,
    request_type: str,
    properties: object,
    old: object,
) -> None:
    """None of these has the properties to reach AWS with: each is refused, but for a Delete."""
    event = cloudformation.event(request_type) | {
        "ResourceProperties": properties,
        "OldResourceProperties": old,
    }
    sent = cloudformation.send(load(module).handler, event)
    assert sent["Status"] == ("SUCCESS" if request_type == "Delete" else "FAILED")
    assert sent["Reason"]
    assert "\n" not in sent["Reason"]
    assert len(cloudformation.bodies[-1]) <= 4096
