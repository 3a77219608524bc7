"""What can be reached, and where secrets can be read."""

import json
from collections.abc import Iterator

import pytest

from tests.trial.trial import Trial

pytestmark = [pytest.mark.trial, pytest.mark.lifecycle, pytest.mark.xdist_group("trial")]


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


def test_a_container_has_its_configuration_as_deployed_but_for_what_is_listed(trial: Trial) -> None:
    facts = json.loads((trial.place.tasks / "status.json").read_text())
    listed = {each["variable"] for each in facts["substitutions"] if each["container"] == "open-webui"}
    deployed = {each["name"]: each["value"] for each in trial.container("open-webui")["environment"]}
    assert len(deployed) >= 40
    for process in trial.servers():
        seen = process.environ()
        assert {name for name, value in deployed.items() if seen.get(name) != value} <= listed


@pytest.mark.row("C4")
def test_no_secret_value_can_be_read_outside_the_secrets(trial: Trial) -> None:
    secrets = trial.secret_values()
    assert len(secrets) >= 8, sorted(secrets)
    for where, text in _readable(trial):
        shown = [name for name, value in secrets.items() if value in text]
        assert shown == [], f"{where} shows {shown}"


def _readable(trial: Trial) -> Iterator[tuple[str, str]]:
    formation = trial.client("cloudformation")
    yield "describe-task-definition", json.dumps(trial.task_definition(), default=str)
    yield "describe-tasks", json.dumps(trial.tasks(), default=str)
    for page in formation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            yield f"describe-stacks {stack['StackName']}", json.dumps(stack, default=str)
            template = formation.get_template(StackName=stack["StackName"])["TemplateBody"]
            yield f"template of {stack['StackName']}", json.dumps(template, default=str)
    logs = trial.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    assert len(groups) >= 8, groups
    for group in groups:
        for event in logs.filter_log_events(logGroupName=group)["events"]:
            yield f"log {group}", event["message"]
    for path in (trial.place.state / "tasks").rglob("*"):
        if path.is_file() and "volumes" not in path.parts:
            yield path.name, path.read_text(errors="replace")
    for path in trial.place.state.glob("*.log"):
        yield path.name, path.read_text(errors="replace")
