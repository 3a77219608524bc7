"""The emulator's table: each row says what CloudFormation says, and fills in what a template wants."""

import re
from typing import Any

import pytest

from commands.local.emulator import schemas
from commands.local.emulator.rows import Place, Row, fill, shortened
from commands.local.emulator.table.attributes import ATTRIBUTES
from commands.local.emulator.table.checks import CHECKS, fargate_size, fargate_waits, secure_callbacks
from commands.local.emulator.table.depth import RUNS, Depth, depth
from commands.local.emulator.table.rows import ROWS

REGION = "us-east-1"


def place(**properties: Any) -> Place:
    return Place(
        name="stack-Logical-ABC",
        region=REGION,
        account="1" * 12,
        properties=properties,
        attributes={"Id": "i-1"},
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.type)
def test_row_answers_only_attributes_that_the_type_has(row: Row) -> None:
    schema = schemas.schema(row.type, region=REGION)
    assert schema is not None, "CloudFormation has no such type"
    read_only = {
        pointer.removeprefix("/properties/").replace("/", ".")
        for pointer in schema.get("readOnlyProperties", [])
    }
    answered = {*row.attributes, *(name for call in row.create for name in call.answers)}
    assert answered <= read_only


def test_a_type_has_one_row() -> None:
    types = [row.type for row in ROWS]
    assert len(types) == len(set(types))


@pytest.mark.parametrize("resource_type", [*ATTRIBUTES, *CHECKS, *RUNS])
def test_other_tables_name_types_of_cloudformation(resource_type: str) -> None:
    assert schemas.is_known(resource_type, region=REGION)


def test_every_depth_has_a_type() -> None:
    applied = "Custom::AWSCDK-EKS-KubernetesResource"
    types = ["Custom::Database", applied, "AWS::EC2::VPC", *(row.type for row in ROWS)]
    assert {depth(each) for each in types} == set(Depth)


def test_property_alone_keeps_its_type() -> None:
    assert fill("{prop:Ports}", place(Ports=[80])) == [80]


def test_property_inside_a_text_becomes_text() -> None:
    assert fill("{prop:Port}/{prop:Config.Name}", place(Port=80, Config={"Name": "web"})) == "80/web"


def test_absent_property_has_what_stands_for_it() -> None:
    assert fill("{prop:Name|{lower:40}}", place()) == "stack-logical-abc"
    assert fill("{prop:Name|{lower:40}}", place(Name="Given")) == "Given"


def test_absent_parameter_is_left_out() -> None:
    assert fill({"A": "{prop:A}", "B": "{prop:B}"}, place(A=1)) == {"A": 1}


def test_identifiers_are_drawn_in_their_form() -> None:
    assert re.fullmatch(
        r"nat-[0-9a-f]{17} \d{6} [A-Z0-9]{13} i-1",
        fill("nat-{hex:17} {digits:6} {upper:13} {attr:Id}", place()),
    )
    assert fill("{uuid}", place()) != fill("{uuid}", place())


def test_unknown_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no such place"):
        fill("{colour:3}", place())


def test_shortened_name_keeps_its_unique_end() -> None:
    assert shortened("a-long-name-of-a-stack-1A2B3C", 12) == "a-lon-1A2B3C"


@pytest.mark.parametrize("url", ["https://chat.example.com/x", "http://localhost:8080/x", "myapp://x"])
def test_callback_is_taken(url: str) -> None:
    assert secure_callbacks({"CallbackURLs": [url]}) is None


@pytest.mark.parametrize("name", ["CallbackURLs", "LogoutURLs"])
def test_plain_http_callback_is_refused(name: str) -> None:
    assert "http://chat.example.com" in str(secure_callbacks({name: ["http://chat.example.com/x"]}))


@pytest.mark.parametrize(
    ("cpu", "memory", "sold"),
    [
        ("256", "512", True),
        ("1024", "2048", True),
        ("256", "4096", False),
        ("1024", "1024", False),
        ("300", "512", False),
    ],
)
def test_fargate_size(cpu: str, memory: str, sold: bool) -> None:
    task = {"RequiresCompatibilities": ["FARGATE"], "Cpu": cpu, "Memory": memory}
    assert (fargate_size(task) is None) is sold


def test_fargate_waits_two_minutes_at_most() -> None:
    task = {
        "RequiresCompatibilities": ["FARGATE"],
        "ContainerDefinitions": [{"Name": "a", "StartTimeout": 121}],
    }
    assert "121" in str(fargate_waits(task))
