"""The report in the terminal, as Markdown and as JSON."""

import json
import re
from collections.abc import Iterator

import pytest

from commands.diff.changes import (
    Cause,
    CodeChange,
    DeploymentChange,
    Difference,
    Impact,
    ManifestChange,
    Permission,
    ResourceChange,
)
from commands.diff.gate import Verdict, verdict
from commands.diff.markdown import LONGEST, LONGEST_BYTES, MARKER, as_markdown
from commands.diff.report import Report
from commands.diff.terminal import lines
from commands.diff.values import shown, written

NUMBER = Difference(path="Threshold", old=1, new=2)
TITLE = "What changes from main (0123456) to the working tree"


def resource(impact: Impact, kind: str = "AWS::CloudWatch::Alarm", name: str = "") -> ResourceChange:
    return ResourceChange(
        address=f"Monitoring.{name or impact.name}",
        kind=kind,
        impact=impact,
        differences=(NUMBER,) if impact is not Impact.added else (),
        causes=(Cause(property="Threshold"),) if impact is Impact.replaced else (),
    )


EVERYTHING = DeploymentChange(
    deployment="chat",
    resources=(
        *(resource(impact) for impact in Impact),
        resource(Impact.replaced, "AWS::S3::Bucket", "Bucket"),
    ),
    code=(CodeChange(functions=("rotate.handler (Storage.Rotation)",), files=("~ rotate.py",)),),
    iam=(Permission(sign="+", subject="*", text="Allow s3:*"),),
    security_groups=(Permission(sign="-", subject="Group", text="in TCP 80 Everyone (IPv4)"),),
    parameters=(Difference(path="Days.Default", old=7, new=14),),
    outputs=(Difference(path="Url", old=None, new={"Value": "https://chat"}),),
    others=(Difference(path="Description", old="one", new="two"),),
    manifests=(ManifestChange(address="Service/chat/web", impact=Impact.added),),
)
SAME = DeploymentChange(deployment="same")


def report(*changes: DeploymentChange) -> Report:
    return Report(title=TITLE, changes=changes, verdict=verdict(changes))


def terminal(told: Report) -> list[str]:
    return [line.plain for line in lines(told)]


def headings(text: list[str]) -> Iterator[str]:
    return (line.strip() for line in text if re.fullmatch(r"  \S.*", line))


def test_no_change_is_one_line() -> None:
    assert terminal(report(SAME))[-1] == "same: no change"
    assert "### same: no change" in as_markdown(report(SAME))


def test_the_gravest_comes_first() -> None:
    assert list(headings(terminal(report(EVERYTHING)))) == [
        "Replaced",
        "May be replaced",
        "Removed",
        "Changed",
        "Updated because of what is replaced",
        "Code",
        "Added",
        "IAM",
        "Security groups",
        "Parameters",
        "Outputs",
        "Rest of the template",
        "Manifests",
    ]


def test_a_replacement_names_the_property_and_the_error_comes_last() -> None:
    told = terminal(report(EVERYTHING))
    at = told.index("    ! Monitoring.replaced AWS::CloudWatch::Alarm")
    assert told[at + 1 : at + 3] == ["        Threshold: replaces it", "        Threshold: 1 → 2"]
    assert told[-1].startswith("error: chat: Monitoring.Bucket (AWS::S3::Bucket) holds data")


def test_both_say_the_same() -> None:
    told, markdown = terminal(report(EVERYTHING)), as_markdown(report(EVERYTHING))
    entries = [line.strip() for line in told if re.match(r"    [!?~+-] ", line)]
    assert entries
    bare = markdown.replace("`", "")
    assert [entry for entry in entries if f"- {entry}" not in bare] == []


def test_a_comment_begins_with_its_marker_and_says_why_the_gate_fails() -> None:
    markdown = as_markdown(report(EVERYTHING))
    assert markdown.splitlines()[0] == MARKER
    assert markdown.index("The gate fails") < markdown.index("### chat")


@pytest.mark.parametrize("text", ["a`b", "``", "</details>", "@everyone", "#1", "<b>", "a\r\n\r\n@b"])
def test_nothing_in_a_value_is_markdown(text: str) -> None:
    difference = Difference(path="Name", old="x", new=text)
    change = DeploymentChange(deployment="chat", parameters=(difference,))
    (line,) = [each for each in as_markdown(report(change)).splitlines() if "Name" in each]
    (span,) = re.findall(r"(?<!`)(`+)(?!`) ?(x → .*?) ?\1(?!`)", line)
    assert re.sub(r"[\r\n]+", "⏎", text) in re.sub("⏎+", "⏎", span[1])


NOTIFIES = (
    "@octocat",
    "#12",
    "GH-12",
    "org/repo#12",
    "https://github.com/org/repo/issues/12",
    "a`@octocat`b",
)


@pytest.mark.parametrize("text", [*NOTIFIES, "one\n\n@octocat", "one\u2028#12"])
@pytest.mark.parametrize("part", ["notes", "errors", "warnings", "accepted"])
def test_nobody_is_notified_and_no_issue_is_linked(text: str, part: str) -> None:
    given = (f"see {text} there",)
    told = (
        Report(title=TITLE, notes=given)
        if part == "notes"
        else Report(title=TITLE, verdict=Verdict(**{part: given}))
    )
    (line,) = [each for each in as_markdown(told).splitlines() if "see " in each]
    spans = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
    assert spans.sub("", line).removeprefix("- ") == "see  there"
    assert spans.findall(line)[0][1].strip() == re.sub(r"[\n\u2028]+", "⏎", text)


@pytest.mark.parametrize(
    ("text", "shown_as"),
    [
        ("chat: A.Key (AWS::KMS::Key) holds data", "chat: `A.Key` (`AWS::KMS::Key`) holds data"),
        ("run `make diff`, then go", "run `make diff`, then go"),
        ("main has 3 commits (two more).", "main has 3 commits (two more)."),
        ("a lone ` there", "a lone `` ` `` there"),
        ("<b> *x* [y](z)", "`<b>` `*x*` `[y](z`)"),
    ],
)
def test_names_are_code_and_sentences_are_not(text: str, shown_as: str) -> None:
    assert f"- {shown_as}\n" in as_markdown(Report(title=TITLE, verdict=Verdict(errors=(text,))))


def test_a_value_is_code_and_what_is_said_of_it_is_not() -> None:
    markdown = as_markdown(report(EVERYTHING))
    assert "- `!` `Monitoring.Bucket` `AWS::S3::Bucket`, holds data\n" in markdown
    assert "  - `Threshold`: replaces it\n  - `Threshold`: `1 → 2`\n" in markdown
    assert "- `~` `rotate.handler (Storage.Rotation)` code changed\n  - `~ rotate.py`\n" in markdown
    assert "- `-` `Group` `in TCP 80 Everyone (IPv4)`\n" in markdown


@pytest.mark.parametrize("name", ["@octocat", "a#12", "gh-12", "GH-12"])
def test_no_name_of_a_branch_or_a_deployment_is_read_by_github(name: str) -> None:
    markdown = as_markdown(Report(title=f"from {name} on", changes=(DeploymentChange(deployment=name),)))
    assert not re.search(r"@[a-z]|#[0-9]|\bgh-[0-9]", markdown, re.IGNORECASE)
    assert markdown.replace("\u200b", "").count(name) == 2


def test_a_long_section_is_folded() -> None:
    many = tuple(resource(Impact.added, name=f"A{number}") for number in range(11))
    markdown = as_markdown(report(DeploymentChange(deployment="chat", resources=many)))
    assert "<details><summary><b>Added</b> (11)</summary>" in markdown
    assert markdown.count("<details>") == markdown.count("</details>") == 1


def test_a_comment_is_cut_and_says_how_much_is_missing() -> None:
    many = tuple(resource(Impact.added, name=f"Alarm{number:05}") for number in range(3000))
    markdown = as_markdown(report(DeploymentChange(deployment="chat", resources=many)))
    assert LONGEST - 400 < len(markdown) <= LONGEST < 65_536
    (left_out,) = re.findall(r"(\d+) more changes are left out", markdown)
    assert int(left_out) + markdown.count("Monitoring.Alarm") == 3000
    assert markdown.count("<details>") == markdown.count("</details>")


def test_a_comment_of_wide_characters_fits_the_environment() -> None:
    values = tuple(Difference(path=f"P{number}", old="変" * 100, new="更" * 100) for number in range(1000))
    markdown = as_markdown(report(DeploymentChange(deployment="chat", parameters=values)))
    assert LONGEST_BYTES - 2000 < len(markdown.encode()) <= LONGEST_BYTES
    (left_out,) = re.findall(r"(\d+) more changes are left out", markdown)
    assert int(left_out) + markdown.count("変`") + markdown.count("変 →") == 1000


def test_a_long_failure_leaves_room_for_the_rest() -> None:
    markdown = as_markdown(Report(title=TITLE, failure="main does not synthesize\n" + "x" * LONGEST))
    assert "main does not synthesize" in markdown
    assert len(markdown) < LONGEST


def test_a_deployment_that_is_new_is_counted_and_not_listed() -> None:
    many = tuple(resource(Impact.added, name=f"A{number}") for number in range(11))
    told = terminal(report(DeploymentChange(deployment="chat", is_new=True, resources=many)))
    assert "chat: new as a whole: 11 resources" in told
    assert "    + AWS::CloudWatch::Alarm × 11" in told
    assert not [line for line in told if "Monitoring.A1" in line]


def test_a_deployment_that_is_gone_names_what_held_data() -> None:
    bucket = resource(Impact.removed, "AWS::S3::Bucket", "Bucket")
    told = terminal(report(DeploymentChange(deployment="chat", is_gone=True, resources=(bucket,))))
    assert "chat: gone as a whole: 1 resource" in told
    assert "    - Monitoring.Bucket AWS::S3::Bucket, holds data" in told


def test_json_holds_changes_and_verdict() -> None:
    read = json.loads(report(EVERYTHING).as_json())
    assert read["changes"][0]["resources"][0]["differences"] == [{"path": "Threshold", "old": 1, "new": 2}]
    assert len(read["verdict"]["errors"]) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "Storage.Key"}, "${Storage.Key}"),
        ({"Fn::GetAtt": ["Storage.Key", "Arn"]}, "${Storage.Key.Arn}"),
        ({"Fn::Join": ["-", ["a", {"Ref": "B"}]]}, "a-${B}"),
        ({"Fn::Sub": ["${Name}/x", {"Name": {"Ref": "B"}}]}, "${B}/x"),
        ([{"Ref": "A"}, 1], '["${A}", 1]'),
        ("one\ntwo", "one⏎two"),
    ],
)
def test_a_value_is_one_readable_line(value: object, text: str) -> None:
    assert written(value) == text


def test_a_number_is_told_from_its_text() -> None:
    assert shown(Difference(path="", old="10", new=10)) == '"10" → 10'


def test_of_a_long_text_what_differs_is_shown() -> None:
    text = shown(Difference(path="", old=f"{'a' * 500}1{'b' * 500}", new=f"{'a' * 500}2{'b' * 500}"))
    assert text == f"…{'a' * 30}1{'b' * 30}… → …{'a' * 30}2{'b' * 30}…"
