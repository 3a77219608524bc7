"""CloudFormation's custom-resource protocol: read the event with clear errors, answer in every case.

A handler is a function from a `Request` to an `Answer`, decorated with `answers`. What goes wrong in it
becomes FAILED with a one-line reason. Deleting is answered here, because what these resources make holds
users' data; `answers(on_delete=…)` names the function of a resource whose work is to delete.
"""

import functools
import json
import logging
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

LOG = logging.getLogger(__name__)
LOG.setLevel(logging.INFO)

EMPTY_ON_DELETE = "pergola:empty-on-delete"
"""Tag of what may be emptied. A deployment that begins to keep its data takes it off, then drops the resource."""
NOT_CREATED = "not-created-"
MAXIMUM_BYTES = 4096
MAXIMUM_REASON = 1024
SECONDS_KEPT_TO_ANSWER = 20.0
SEND_ATTEMPTS = 4
SEND_TIMEOUT_SECONDS = 3.5


class Refused(Exception):
    """A failure in our own words, fit for the stack's events: it holds no secret value."""


class OutOfTimeError(BaseException):
    """Raised by the alarm; no Exception, or a library would take it for a network error and repeat."""


class LambdaContext(Protocol):
    """What the handlers use of Lambda's context object."""

    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


@dataclass(frozen=True, kw_only=True)
class Properties:
    """The properties of a custom resource, read by name and checked."""

    values: Mapping[str, Any]
    resource: str

    def text(self, name: str) -> str:
        """A property that is a string with something in it."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Refused(
                f"property {name} must be text, got {_shown(value)}; "
                f"set {name} on the {self.resource} resource"
            )
        return value

    def texts(self, name: str) -> list[str]:
        """A property that is a list of strings, possibly empty."""
        value = self.values.get(name)
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise Refused(
                f"property {name} must be a list of texts, got {_shown(value)}; "
                f"set {name} on the {self.resource} resource, [] for none"
            )
        return list(value)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What CloudFormation asks for, with the time that is left for it."""

    request_type: str
    request_id: str
    properties: Properties
    old_properties: Properties
    seconds_left: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What `Ref` and `Fn::GetAtt` give in the template."""

    physical_resource_id: str
    data: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Mapping[str, Any], LambdaContext], None]
Act = Callable[[Request], Answer]


def answers(*, on_delete: Callable[[Request], None] | None = None) -> Callable[[Act], Handler]:
    """Make a function a Lambda handler that answers SUCCESS or FAILED to the event's ResponseURL in every case.

    `on_delete`: runs when a resource goes that was made. Left out: all stays in place.
    """
    return functools.partial(_answered, on_delete=on_delete)


def _answered(act: Act, *, on_delete: Callable[[Request], None] | None) -> Handler:
    @functools.wraps(act)
    def handler(event: Mapping[str, Any], context: LambdaContext) -> None:
        # Unanswered, a stack waits for an hour; past its time-out, Lambda starts the handler once more.
        deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - SECONDS_KEPT_TO_ANSWER
        reason, answer = "", None
        try:
            with _alarm(after_seconds=max(0.1, deadline - time.monotonic())):
                answer = _acted(act, on_delete, event, deadline=deadline)
                body = _body(event, context, status="SUCCESS", reason="", answer=answer)
                if len(body) > MAXIMUM_BYTES:
                    raise Refused(
                        f"the answer has {len(body)} bytes, CloudFormation takes {MAXIMUM_BYTES}; answer less"
                    )
        except Refused as refusal:
            reason = str(refusal)
        except OutOfTimeError:
            reason = (
                "the function ran out of time before its work was done; "
                "see its log, then run the deployment again: the work continues where it stood"
            )
        except (ClientError, BotoCoreError) as error:
            LOG.exception("a call to AWS failed")
            reason = str(error)
        except Exception as error:
            LOG.exception("unexpected error")
            # The text of an unforeseen error may hold anything, a secret value too.
            reason = f"unexpected {type(error).__name__}; see the log stream {context.log_stream_name}"
        if reason:
            LOG.error("answering FAILED: %s", reason)
            body = _body(event, context, status="FAILED", reason=reason, answer=None)
        _send(event["ResponseURL"], body)

    return handler


def _acted(
    act: Act, on_delete: Callable[[Request], None] | None, event: Mapping[str, Any], *, deadline: float
) -> Answer:
    resource = str(event.get("ResourceType", "custom"))
    request = Request(
        request_type=event["RequestType"],
        request_id=event["RequestId"],
        properties=Properties(values=event.get("ResourceProperties") or {}, resource=resource),
        old_properties=Properties(values=event.get("OldResourceProperties") or {}, resource=resource),
        seconds_left=lambda: deadline - time.monotonic(),
    )
    if request.request_type != "Delete":
        return act(request)
    if on_delete is not None and not event["PhysicalResourceId"].startswith(NOT_CREATED):
        on_delete(request)
    return Answer(physical_resource_id=event["PhysicalResourceId"])


@contextmanager
def _alarm(*, after_seconds: float) -> Iterator[None]:
    # Python delivers signals to the main thread alone. Lambda runs handlers there; an emulator may not, and
    # then the limits of the calls themselves must do.
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, after_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _body(
    event: Mapping[str, Any], context: LambdaContext, *, status: str, reason: str, answer: Answer | None
) -> bytes:
    # A failed update names the resource as it was: another id would make CloudFormation delete the old one.
    kept_id = event.get("PhysicalResourceId") or f"{NOT_CREATED}{event.get('RequestId', '')}"
    fields = {
        "Status": status,
        "PhysicalResourceId": answer.physical_resource_id if answer else kept_id,
        "StackId": event.get("StackId", ""),
        "RequestId": event.get("RequestId", ""),
        "LogicalResourceId": event.get("LogicalResourceId", ""),
        "Reason": _one_line(reason) or f"see the log stream {context.log_stream_name}",
        "Data": dict(answer.data) if answer else {},
    }
    return json.dumps(fields).encode()


def _one_line(text: str) -> str:
    line = " ".join(text.split()).encode("ascii", "replace").decode()
    return line if len(line) <= MAXIMUM_REASON else line[: MAXIMUM_REASON - 3] + "..."


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _send(url: str, body: bytes) -> None:
    # The URL is signed for an empty content type. It is CloudFormation's own.
    request = urllib.request.Request(url, data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310
    for attempt in range(1, SEND_ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(request, timeout=SEND_TIMEOUT_SECONDS):  # noqa: S310
                return
        except OSError as error:
            LOG.warning("attempt %d to answer CloudFormation failed: %s", attempt, error)
            if attempt == SEND_ATTEMPTS:
                raise
            time.sleep(0.5 * attempt)
