"""What the documentation says is there: pages, commands, outputs, settings, alarms."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import botocore.session
import pytest
from botocore import xform_name
from pydantic import BaseModel
from ruamel.yaml import YAML

from commands.assembly import StackTemplate, deployments, templates
from settings.load import load_deployment
from settings.open_webui import OpenWebUIDeployment
from settings.presets import PRESETS, with_preset

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "constructs" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "assets").glob("*/README.md")),
]
RUNBOOK = ROOT / "docs" / "open-webui.md"
README = ROOT / "README.md"
TASK_PAGES = (README, RUNBOOK)
OWN_FILES = {"deployments/chat.yaml", "deployments/media.yaml", "deployments/NAME.yaml"}
"""What the reader makes."""
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
GLOBAL_OPTIONS = {"query", "output", "region"}
CLI_ONLY: dict[tuple[str, str], set[str]] = {
    ("logs", "tail"): {"since", "filter-pattern"},
    ("s3", "sync"): set(),
    ("ecr", "get-login-password"): set(),
}
"""Commands that the AWS CLI has beside the operations of a service."""


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page without fenced code."""
    return FENCE.sub("", page.read_text())


def blocks(page: Path, language: str) -> list[str]:
    """Fenced code in one language, continued lines joined."""
    return [
        textwrap.dedent(code).replace("\\\n", " ")
        for name, code in FENCE.findall(page.read_text())
        if name == language
    ]


def spans(page: Path) -> list[str]:
    """Inline code, which may run over the end of a line."""
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(page))]


def code(page: Path) -> str:
    """All that the reader may type: fenced and inline."""
    fenced = [text for _, text in FENCE.findall(page.read_text())]
    return "\n".join([*(text.replace("\\\n", " ") for text in fenced), *spans(page)])


def headings(page: Path) -> list[tuple[int, str]]:
    """Depth and text."""
    return [(len(marks), text) for marks, text in re.findall(r"^(#+) (.+)$", prose(page), re.MULTILINE)]


def anchors(page: Path) -> list[str]:
    """As code hosts make them of headings."""
    return [re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for _, text in headings(page)]


def section(page: Path, title: str) -> str:
    """Everything below a heading of depth 2."""
    return prose(page).partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.fixture(scope="module")
def everything(assembly: Path, variants: Path) -> dict[str, list[StackTemplate]]:
    """All templates of Open WebUI's deployments and variants, by deployment."""
    found = {name: templates(outdir, name) for outdir in (assembly, variants) for name in deployments(outdir)}
    return {name: stacks for name, stacks in found.items() if "Open WebUI" in stacks[0].body["Description"]}


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        file, _, anchor = target.partition("#")
        if ":" in file:
            continue
        linked = page.parent / file if file else page
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_headings_have_anchors_of_their_own(page: Path) -> None:
    names = anchors(page)
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", code(page))) <= targets


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_files_that_are_named_exist(page: Path) -> None:
    named = set(
        re.findall(r"(?<![\w./])((?:tests/)?(?:deployments|docs|assets|commands)/[\w./-]+\.\w+)", code(page))
    )
    assert not [name for name in named - OWN_FILES if not (ROOT / name).exists()]


def named_outputs(page: Path) -> set[str]:
    text = page.read_text()
    listed = re.findall(r"[Oo]utputs?:? ((?:`\w+`(?:, | and )?)+)", text)
    return set(re.findall(r"\$\(output (\w+)\)", text)) | set(re.findall(r"`(\w+)`", " ".join(listed)))


def test_outputs_that_are_named_exist_and_all_are_named(everything: dict[str, list[StackTemplate]]) -> None:
    made = {output for root, *_ in everything.values() for output in root.body["Outputs"]}
    named = {output for page in TASK_PAGES for output in named_outputs(page)}
    assert named == made


def test_parameters_that_are_named_are_all_there_are(everything: dict[str, list[StackTemplate]]) -> None:
    made = {name for root, *_ in everything.values() for name in root.body.get("Parameters", {})}
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", section(RUNBOOK, "Only CloudFormation")))
    assert named == made


def test_resources_are_found_by_stack_type_and_construct_id(
    everything: dict[str, list[StackTemplate]],
) -> None:
    """Each `resource …` of the runbook finds one resource, or none where the deployment has none."""
    asked = set(re.findall(r'resource (\w+) (AWS::[\w:]+)(?: "?(?:\$\{1:-)?(\w+))?', code(RUNBOOK)))
    assert asked
    for stack, kind, start in asked:
        found = {
            name: [
                key
                for template in stacks
                if template.name == f"{name}.{stack}"
                for key, resource in template.resources.items()
                if resource["Type"] == kind and key.startswith(start)
            ]
            for name, stacks in everything.items()
        }
        assert max(map(len, found.values())) == 1, (stack, kind, start, found)


def members(model: Any) -> Iterator[type[BaseModel]]:
    """The models in an annotation such as `tuple[A | B, ...] | None`."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield model
    elif get_origin(model) is not None:
        for argument in get_args(model):
            yield from members(argument)


def setting_exists(path: str) -> bool:
    models: list[type[BaseModel]] = [OpenWebUIDeployment]
    for name in path.replace("[]", "").split("."):
        fields = [model.model_fields[name] for model in models if name in model.model_fields]
        if not fields:
            return False
        models = [model for field in fields for model in members(field.annotation)]
    return True


@pytest.mark.parametrize("page", TASK_PAGES, ids=page_id)
def test_settings_that_are_named_exist(page: Path) -> None:
    paths = {
        match[1]
        for span in spans(page)
        if (match := re.match(r"^([a-z_]+(?:\.[a-z_]+(?:\[\])?)+)(?=$|: )", span))
        and match[1].split(".")[0] in OpenWebUIDeployment.model_fields
    }
    assert paths
    assert not [path for path in paths if not setting_exists(path)]


@pytest.mark.parametrize("example", [text for page in TASK_PAGES for text in blocks(page, "yaml")])
def test_examples_of_settings_are_accepted(example: str, tmp_path: Path) -> None:
    yaml = YAML(typ="safe")
    base = yaml.load((ROOT / "deployments" / "open-webui-prod.yaml").read_text())
    file = tmp_path / "chat.yaml"
    given = yaml.load(example)
    file.write_text(json.dumps(with_preset(base, given)))
    assert load_deployment(file).deployment.environment in PRESETS


def aws_commands(*pages: Path) -> list[tuple[str, str, str]]:
    """Service, operation and the rest of each AWS CLI call."""
    lines = "\n".join(text for page in pages for text in (*blocks(page, "bash"), *spans(page)))
    return [
        (found[1], found[2], found[3])
        for line in lines.splitlines()
        for call in re.split(r"(?=\baws [a-z])", line)
        if (found := re.match(r"aws ([a-z0-9-]+) ([a-z0-9-]+)(.*?)(?: \| docker .*)?$", call))
    ]


def unknown_to_aws(commands: Iterable[tuple[str, str, str]]) -> list[str]:
    """Calls and options that the API models of AWS do not have."""
    session = botocore.session.get_session()
    wrong = []
    for service, operation, rest in commands:
        options = set(re.findall(r"(?<!\S)--([a-z0-9-]+)", rest)) - GLOBAL_OPTIONS
        if (service, operation) in CLI_ONLY:
            known = CLI_ONLY[service, operation]
        else:
            model = session.get_service_model("s3" if service == "s3api" else service)
            names = {xform_name(name, "-"): name for name in model.operation_names}
            if operation == "wait":
                waiters = session.create_client(service, region_name="us-east-1").waiter_names
                operation = rest.split()[0]
                assert operation.replace("-", "_") in waiters, operation
                options -= {
                    "db-cluster-identifier",
                    "db-cluster-snapshot-identifier",
                    "db-instance-identifier",
                }
                known = set()
            elif operation not in names:
                wrong.append(f"{service} {operation}")
                continue
            else:
                shape = model.operation_model(names[operation]).input_shape
                known = {xform_name(name, "-") for name in (shape.members if shape else ())}
        known |= {f"no-{name}" for name in known}
        wrong += [f"{service} {operation} --{option}" for option in options - known]
    return wrong


def test_aws_commands_exist_with_their_options() -> None:
    assert not unknown_to_aws(aws_commands(*TASK_PAGES))


def alarm_anchors(template: StackTemplate) -> Iterator[str]:
    """Where the e-mails of alarms and notices point to."""
    for resource in template.resources.values():
        text = json.dumps(resource)
        if resource["Type"] in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
            yield from re.findall(r"docs/open-webui\.md#([\w-]+)\"", text)
        elif resource["Type"] == "AWS::Events::Rule":
            yield from re.findall(r"docs/open-webui\.md#([\w-]+) \(", text)


@pytest.mark.row("C5", "F7")
def test_each_alarm_has_its_heading_and_each_heading_its_alarm(
    everything: dict[str, list[StackTemplate]],
) -> None:
    sent = {anchor for stacks in everything.values() for each in stacks for anchor in alarm_anchors(each)}
    written = {text.lower() for text in re.findall(r"^### (.+)$", section(RUNBOOK, "Alarms"), re.MULTILINE)}
    assert len(sent) > 30
    assert written == sent


def test_what_prepare_writes_leads_to_a_heading() -> None:
    text = (ROOT / "assets" / "ecs" / "prepare.py").read_text()
    named = re.findall(r"docs/open-webui\.md#([\w-]+)", text)
    assert named
    assert set(named) <= set(anchors(RUNBOOK))


@pytest.mark.row("F9")
def test_variables_of_the_sign_in_table_are_those_of_the_container(
    everything: dict[str, list[StackTemplate]],
) -> None:
    (fargate,) = (each for each in everything["open-webui-prod"] if each.name == "open-webui-prod.Fargate")
    (container,) = (
        container
        for resource in fargate.resources.values()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
        for container in resource["Properties"]["ContainerDefinitions"]
        if container["Name"] == "open-webui"
    )
    given = {each["Name"] for each in [*container["Environment"], *container["Secrets"]]}
    rows = [line for line in section(RUNBOOK, "Sign-in").splitlines() if line.startswith("|")]
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", "\n".join(rows)))
    assert named
    assert named <= given


def test_resource_types_of_the_sign_in_table_are_in_the_templates(
    everything: dict[str, list[StackTemplate]],
) -> None:
    made = {
        resource["Type"] for each in everything["open-webui-prod"] for resource in each.resources.values()
    }
    assert set(re.findall(r"`(AWS::[\w:]+)`", section(RUNBOOK, "Sign-in"))) <= made
