"""What can be reached, and where secrets can be read."""

import json
from collections.abc import Iterator

import pytest

from tests.trial.trial import Trial

pytestmark = [pytest.mark.trial, pytest.mark.xdist_group("trial")]


def test_a_task_listens_on_its_own_port_alone(trial: Trial) -> None:
    addresses = dict.fromkeys(trial.healthy_targets(), 8080)
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for process in trial.servers()
        for connection in process.net_connections(kind="inet")
        if connection.status == "LISTEN"
    }
    assert listening == set(addresses.items())


def test_what_the_command_starts_listens_on_loopback_alone(trial: Trial) -> None:
    addresses = {address for address, _ in trial.listening()}
    assert addresses
    assert {address for address in addresses if not address.startswith("127.") and address != "::1"} == set()


def test_no_secret_value_can_be_read_outside_the_secrets(trial: Trial) -> None:
    secrets = trial.secret_values()
    assert {"WEBUI_SECRET_KEY", "DATABASE_PASSWORD", "OAUTH_CLIENT_SECRET"} <= secrets.keys()
    for where, text in _readable(trial):
        assert text
        shown = [name for name, value in secrets.items() if value in text]
        assert shown == [], f"{where} shows {shown}"


def _readable(trial: Trial) -> Iterator[tuple[str, str]]:
    formation = trial.client("cloudformation")
    yield "describe-task-definition", json.dumps(trial.task_definition(), default=str)
    for page in formation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            yield f"describe-stacks {stack['StackName']}", json.dumps(stack, default=str)
            template = formation.get_template(StackName=stack["StackName"])["TemplateBody"]
            yield f"template of {stack['StackName']}", json.dumps(template, default=str)
    for container in ("prepare", "open-webui"):
        for stream, lines in trial.log(container).items():
            yield f"log {stream}", "\n".join(lines)
    for path in trial.place.state.rglob("*.log"):
        if path.stat().st_size:
            yield path.name, path.read_text(errors="replace")
