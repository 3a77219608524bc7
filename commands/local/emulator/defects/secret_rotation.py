"""Defect: rotating a secret calls no function: ministack copies the current version and makes the copy current.

Here the four steps run as in Secrets Manager, one after another beside the caller, the new version pending until the
function itself makes it current. A step that fails ends the rotation; the version stays pending, the log says why.
"""

import contextvars
import json
import logging
import threading
from typing import Any

from ministack.core.responses import error_response_json, json_response, new_uuid
from ministack.services import secretsmanager

from commands.local.emulator.own_client import own_client

LOG = logging.getLogger("secretsmanager")
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
Request = dict[str, Any]

native_rotate = secretsmanager._rotate_secret
native_read = secretsmanager._get_secret_value


def install() -> None:
    secretsmanager._rotate_secret = rotate
    secretsmanager._get_secret_value = read


def rotate(request: Request) -> Any:
    """Keep the schedule, and rotate at once unless the caller wants it later."""
    _, secret = secretsmanager._resolve(request.get("SecretId"))
    function = request.get("RotationLambdaARN") or (secret or {}).get("RotationLambdaARN")
    if not secret or secret.get("DeletedDate") or not function:
        return native_rotate(request)
    secret.update(RotationEnabled=True, RotationLambdaARN=function)
    secret["RotationRules"] = request.get("RotationRules") or secret.get("RotationRules")
    answer = {"ARN": secret["ARN"], "Name": secret["Name"]}
    if request.get("RotateImmediately") is False:
        return json_response(answer)
    version = request.get("ClientRequestToken") or new_uuid()
    pending = {"SecretString": None, "SecretBinary": None, "CreatedDate": 0, "Stages": ["AWSPENDING"]}
    secret["Versions"].setdefault(version, pending)
    context = contextvars.copy_context()  # the account and the region of the request
    threading.Thread(target=context.run, args=(_steps, secret["ARN"], function, version), daemon=True).start()
    return json_response({**answer, "VersionId": version})


def read(request: Request) -> Any:
    """A version that has no value yet is not found."""
    status, headers, body = native_read(request)
    value = json.loads(body)
    if status == 200 and "SecretString" not in value and "SecretBinary" not in value:
        message = "Secrets Manager can't find the specified secret value for that staging label or version."
        return error_response_json("ResourceNotFoundException", message, 400)
    return status, headers, body


def _steps(secret: str, function: str, version: str) -> None:
    for step in STEPS:
        event = {"Step": step, "SecretId": secret, "ClientRequestToken": version}
        answer = own_client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        if "FunctionError" in answer:
            LOG.error("rotation of %s failed at %s: %s", secret, step, answer["Payload"].read().decode())
            return
    LOG.info("rotated %s: version %s", secret, version)
