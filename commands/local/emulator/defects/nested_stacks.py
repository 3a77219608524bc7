"""Defect: nested stacks run in a second, thinner engine.

ministack deploys a nested stack inside its parent with a loop of its own: a failed child is not rolled back, dynamic
references stay unresolved and an update loses the attributes of what did not change. Here a nested stack is a stack
like any other: created, updated and deleted by the same functions as a root stack, its parent waiting for it.
"""

import asyncio
import concurrent.futures
import contextvars
import re
import secrets
import string
from collections.abc import Coroutine
from typing import Any

from ministack import app
from ministack.services.cloudformation import _stack_events, _stacks
from ministack.services.cloudformation.handlers import _ACTION_HANDLERS
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

TYPE = "AWS::CloudFormation::Stack"
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
NO_UPDATES = "No updates are to be performed"
SUFFIX_LENGTH = 13
NAME_LENGTH = 128

Made = tuple[str, dict[str, str]]


class NestedStackError(Exception):
    """A nested stack did not reach the state that its parent asked for."""


def create(logical_id: str, properties: dict[str, Any], parent: str) -> Made:
    """Create the nested stack; a failed one is rolled back and gone before its parent hears of it."""
    suffix = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(SUFFIX_LENGTH))
    name = f"{parent}-{logical_id}"[: NAME_LENGTH - SUFFIX_LENGTH - 1] + f"-{suffix}"
    try:
        _on_loop(_operate("CreateStack", name, properties, parent))
    except NestedStackError:
        if name in _stacks:
            _on_loop(_operate("DeleteStack", name, {}, parent))
        raise
    return _made(name)


def update(physical_id: str, _old: dict[str, Any], properties: dict[str, Any], parent: str) -> Made:
    """Update the nested stack in place; nothing to change is no failure."""
    name = _name(physical_id)
    _on_loop(_operate("UpdateStack", name, properties, parent))
    return _made(name)


def delete(physical_id: str, _properties: dict[str, Any]) -> None:
    """Delete the nested stack with what it holds, save what its template retains."""
    name = _name(physical_id)
    if name in _stacks:
        _on_loop(_operate("DeleteStack", name, {}, parent=""))


def install() -> None:
    _RESOURCE_HANDLERS[TYPE] = {"create": create, "update": update, "delete": delete}


def _made(name: str) -> Made:
    stack = _stacks[name]
    return stack["StackId"], {f"Outputs.{out['OutputKey']}": out["OutputValue"] for out in stack["Outputs"]}


def _name(physical_id: str) -> str:
    return physical_id.split("/")[1] if physical_id.startswith("arn:") else physical_id


def _on_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run on the server's loop, with this thread's account and region, and wait here for the end."""
    loop = app._MAIN_LOOP
    done: concurrent.futures.Future[None] = concurrent.futures.Future()

    def report(task: asyncio.Task[None]) -> None:
        error = task.exception()
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def start(context: contextvars.Context) -> None:
        loop.create_task(work, context=context).add_done_callback(report)

    loop.call_soon_threadsafe(start, contextvars.copy_context())
    done.result()


async def _operate(action: str, name: str, properties: dict[str, Any], parent: str) -> None:
    status, _, body = _ACTION_HANDLERS[action](_request(name, properties))
    if status >= 400:
        text = body.decode() if isinstance(body, bytes) else str(body)
        if NO_UPDATES in text:
            return
        found = re.search(r"<Message>(.*?)</Message>", text, re.DOTALL)
        raise NestedStackError(found.group(1) if found else text)
    stack = _stacks[name]
    if parent:
        stack["ParentId"] = _stacks[parent]["StackId"]
        stack["RootId"] = _stacks[parent].get("RootId", stack["ParentId"])
    verb = action.removesuffix("Stack").upper()
    # A deletion is scheduled and not yet begun when its request has been answered.
    while stack["StackStatus"].endswith("_IN_PROGRESS") or (verb == "DELETE" and not _is_deleted(stack)):
        await asyncio.sleep(0.02)
    if stack["StackStatus"] != f"{verb}_COMPLETE":
        raise NestedStackError(_reason(stack))


def _is_deleted(stack: dict[str, Any]) -> bool:
    return stack["StackStatus"] in ("DELETE_COMPLETE", "DELETE_FAILED")


def _request(name: str, properties: dict[str, Any]) -> dict[str, list[str]]:
    request = {"StackName": [name]}
    if not properties:
        return request
    request["TemplateURL"] = [properties["TemplateURL"]]
    for index, capability in enumerate(CAPABILITIES, 1):
        request[f"Capabilities.member.{index}"] = [capability]
    for index, (key, value) in enumerate((properties.get("Parameters") or {}).items(), 1):
        if isinstance(value, list):
            raise NestedStackError(
                "Value of property Parameters must be an object with String (or simple type) properties"
            )
        request[f"Parameters.member.{index}.ParameterKey"] = [key]
        request[f"Parameters.member.{index}.ParameterValue"] = [str(value)]
    own = [tag for tag in properties.get("Tags") or [] if not tag["Key"].startswith("aws:")]
    for index, tag in enumerate(own, 1):
        request[f"Tags.member.{index}.Key"] = [tag["Key"]]
        request[f"Tags.member.{index}.Value"] = [str(tag["Value"])]
    return request


def _reason(stack: dict[str, Any]) -> str:
    for event in _stack_events[stack["StackId"]]:
        why = event["ResourceStatusReason"]
        if event["ResourceStatus"].endswith("_FAILED") and why:
            return f"Embedded stack {stack['StackId']} is {stack['StackStatus']}: {event['LogicalResourceId']}: {why}"
    return f"Embedded stack {stack['StackId']} is {stack['StackStatus']}: {stack['StackStatusReason']}"
