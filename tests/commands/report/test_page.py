"""The report says what is in the templates, all of it, and loads nothing from anywhere."""

import base64
import hashlib
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from commands.assembly import ROOT, templates
from commands.flattened import flattened
from commands.report.page import page
from commands.stateful import retained
from tests.commands.report.conftest import Report, Small
from tests.commands.report.html import Element
from tests.conftest import COMMITTED


def section(report: Element, name: str) -> Element:
    (found,) = report.find("section", id=name)
    return found


@pytest.mark.parametrize("deployment", COMMITTED)
def test_every_resource_is_a_row_with_its_type(assembly: Path, report: Report, deployment: str) -> None:
    resources = flattened(assembly, deployment)["Resources"]
    rows = {
        row.attributes["id"].removeprefix("resource-"): row.text()
        for row in report(deployment).find("tr")
        if row.attributes.get("id", "").startswith("resource-")
    }
    assert set(rows) == set(resources)
    assert not [address for address, each in resources.items() if each["Type"] not in rows[address]]


@pytest.mark.parametrize("deployment", COMMITTED)
def test_every_link_leads_to_a_place_on_the_page(report: Report, deployment: str) -> None:
    anchors = [each.attributes["id"] for each in report(deployment).find() if "id" in each.attributes]
    assert len(anchors) == len(set(anchors))
    links = {
        value
        for each in report(deployment).find("a")
        for name, value in each.attributes.items()
        if name in ("href", "xlink:href")
    }
    assert links
    assert {link for link in links if link.removeprefix("#") not in anchors or link[0] != "#"} == set()


def test_nothing_is_loaded(report: Report) -> None:
    elements = list(report("open-webui-prod").find())
    assert not [
        each.tag for each in elements if each.tag in ("link", "img", "iframe", "object", "embed", "base")
    ]
    assert not [
        each for each in elements if {"src", "srcset", "style", "onclick", "onload"} & set(each.attributes)
    ]
    styles = "".join(each.text() for each in elements if each.tag == "style")
    assert not re.search(r"url\(|@import|https?:", styles)


def test_the_policy_allows_our_own_styles_and_script_and_nothing_else(report: Report) -> None:
    whole = report("open-webui-prod")
    (policy,) = whole.find("meta", http_equiv="Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.attributes["content"].split("; "))
    hashes = {
        tag: {_hash("".join(map(str, each.children))) for each in whole.find(tag)}
        for tag in ("style", "script")
    }
    assert rules == {
        "default-src": "'none'",
        "style-src": rules["style-src"],
        "script-src": rules["script-src"],
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert set(rules["style-src"].split()) == hashes["style"]
    assert set(rules["script-src"].split()) == hashes["script"]


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("deployment", COMMITTED)
def test_the_page_has_nothing_of_the_machine_and_no_name_of_a_bootstrap(
    assembly: Path, report_text: Callable[[str], str], deployment: str
) -> None:
    text = report_text(deployment)
    assert not [
        each for each in (str(ROOT), str(Path.home()), str(assembly), "cdk-hnb659fds") if each in text
    ]
    assert not re.search(r"\b[0-9a-f]{64}\b", text)


def test_the_same_templates_give_the_same_bytes(
    assembly: Path, report_text: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").symlink_to(assembly)
    assert page(tmp_path / "elsewhere", "open-webui-prod") == report_text("open-webui-prod")


def test_headings_are_in_order_and_columns_have_theirs(report: Report) -> None:
    whole = report("open-webui-prod")
    levels = [int(each.tag[1]) for each in whole.find() if re.fullmatch(r"h\d", each.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert {each.attributes.get("scope") for each in whole.find("th")} == {"col", "row"}
    for table in whole.find("table"):
        columns = len(list(table.find("th", scope="col")))
        assert {len(cells) for cells in table.rows()} == {columns}


def test_what_stays_is_listed(assembly: Path, report: Report) -> None:
    expected = list(retained(flattened(assembly, "open-webui-prod")))
    rows = section(report("open-webui-prod"), "retained").rows()
    assert [row[1] for row in rows] == [each.kind for each in expected]
    assert ["Storage › DatabaseCluster", "AWS::RDS::DBCluster", "a last snapshot Snapshot"] in rows


def test_page_does_not_claim_more_than_the_templates_have(report: Report) -> None:
    page = report("open-webui-prod")
    assert "as they are deployed" not in page.text()
    assert "21 resources of the templates stay when the deployment is deleted" in " ".join(
        page.text().split()
    )
    assert "snapshots, recovery points and the logs of services" in section(page, "retained").text()


def test_every_alarm_says_what_to_do(assembly: Path, report: Report) -> None:
    shown = section(report("open-webui-prod"), "alarms").text()
    described = [
        " ".join(each["Properties"]["AlarmDescription"].split())
        for each in flattened(assembly, "open-webui-prod")["Resources"].values()
        if each["Type"] in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    ]
    assert len(described) > 20
    assert not [text for text in described if text not in shown]
    (notice,) = (row for row in section(report("open-webui-prod"), "alarms").rows() if "CopyFailed" in row[0])
    assert notice[1] == "event: Copy Job State Change"
    assert "First: read the message of the copy job" in notice[2]


def test_every_template_has_its_budget(assembly: Path, report: Report) -> None:
    rows = section(report("open-webui-prod"), "budgets").rows()
    assert [row[1].replace(",", "") for row in rows] == [
        f"{each.bytes} of {each.byte_limit}" for each in templates(assembly, "open-webui-prod")
    ]


def test_parameters_have_what_the_console_shows(report: Report) -> None:
    rows = {row[0].split()[0]: row for row in section(report("open-webui-prod"), "parameters").rows()}
    assert rows["TaskCpu"][1:5] == ["Tasks", "Number", "1024", "512, 1024, 2048, 4096"]
    assert rows["ImageTag"][4] == r"^v?\d+\.\d+\.\d+(-slim)?$"
    assert (
        "MinTasks is 4, so MaxTasks must be at least 4"
        in section(report("open-webui-prod"), "parameters").text()
    )


def test_outputs_name_what_they_lead_to(report: Report) -> None:
    rows = {row[0]: row[2] for row in section(report("open-webui-prod"), "outputs").rows()}
    assert rows["UserPoolId"] == "Cognito › Users"
    assert rows["LogsCommand"] == "aws logs tail {Fargate › ApplicationLog} --follow --region {region}"


def test_a_hidden_default_is_not_shown(small: Small) -> None:
    parameter = {"Type": "String", "Default": "swordfish", "NoEcho": True}
    whole = small({"Parameters": {"Password": parameter}})
    assert "swordfish" not in whole.text()
    assert section(whole, "parameters").rows()[0][3] == "hidden (NoEcho)"


def test_text_of_a_template_is_no_markup(small: Small) -> None:
    hostile = '"><script>alert(1)</script><img src=x>'
    whole = small(
        {
            "Description": hostile,
            "Parameters": {"Name": {"Type": "String", "Default": hostile, "Description": hostile}},
            "Resources": {
                "Odd": {"Type": "Custom::Odd", "Properties": {hostile: [hostile, {"Key": hostile}]}}
            },
            "Outputs": {"Odd": {"Value": hostile, "Description": hostile}},
        },
        {"/small/Odd": {f"AwsSolutions-X[{hostile}]": f"`{hostile}`"}},
    )
    assert len(list(whole.find("script"))) == 1
    assert not list(whole.find("img"))
    assert hostile in section(whole, "resources").text()


def test_a_deployment_with_little_in_it_has_a_page(small: Small) -> None:
    whole = small({})
    assert section(whole, "retained").rows() == [["nothing"]]
    assert not list(whole.find("section", id="workloads"))


def test_a_type_without_settings_of_interest_shows_all_of_them(small: Small) -> None:
    properties = {"RefreshToken": {"Refuse": 1.5}, "Nothing": []}
    whole = small(
        {"Resources": {"Odd": {"Type": "Custom::Odd", "Properties": properties, "Condition": "Sometimes"}}}
    )
    ((name, settings),) = section(whole, "resources").rows()
    assert name == "Odd Custom::Odd Odd only if: Sometimes"
    assert settings == "RefreshToken Refuse 1.5 Nothing none"


def test_manifests_are_shown_as_workloads(small: Small, tmp_path: Path) -> None:
    folder = tmp_path / "manifests" / "small"
    folder.mkdir(parents=True)
    (folder / "Deployment.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: chat}\n"
        "spec: {replicas: 3, template: {spec: {containers: [{name: app, image: 'web:1'}]}}}\n"
    )
    rows = section(small({}), "workloads").rows()
    assert rows == [["chat › web", "Deployment", "3", "app web:1", "none", "none"]]
