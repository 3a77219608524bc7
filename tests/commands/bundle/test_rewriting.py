"""A template of the bundle is the CDK's, with paths in the place of the bootstrap bucket and nothing else changed."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from commands.assembly import NESTED
from commands.bundle.places import BundleError, Contents, contents
from commands.bundle.rewriting import UPLOADED, rewritten
from tests.conftest import COMMITTED

pytestmark = pytest.mark.xdist_group("bundle")  # one worker makes the folder, once

HASH, OTHER = "1" * 64, "2" * 64
PLACE = PurePosixPath("templates/Storage.json")
STAGING = "cdk-other-assets-${AWS::AccountId}-${AWS::Region}"
IN_BUCKET = {"S3Bucket": {"Fn::Sub": STAGING}, "S3Key": f"{HASH}.zip"}


def held() -> Contents:
    return Contents(
        templates={},
        codes=[],
        places={HASH: PurePosixPath("code/handler.zip"), OTHER: PurePosixPath("code/other.zip")},
        staging=frozenset({STAGING}),
    )


def template(kind: str = "AWS::Lambda::Function", **properties: Any) -> dict[str, Any]:
    return {"Resources": {"Handler": {"Type": kind, "Properties": properties}}}


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for key in before:
            yield from differences(before[key], after[key], (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, (*path, str(index)))
    elif before != after:
        yield path


@pytest.mark.parametrize("deployment", COMMITTED)
def test_only_the_places_of_assets_differ_from_what_the_cdk_deploys(assembly: Path, deployment: str) -> None:
    found = contents(assembly, deployment)
    changed, uploaded = set(), set()
    for place, before in found.templates.items():
        after = rewritten(before.body, found, place=place)
        for path in differences(before.body, after):
            assert path[0] == "Resources"
            assert path[2:] == ("Properties", UPLOADED[before.resources[path[1]]["Type"]]), path
            changed.add((place, path[1]))
        uploaded |= {(place, key) for key, each in before.resources.items() if each["Type"] in UPLOADED}
    assert changed == uploaded


def test_every_path_leads_to_what_the_asset_was(assembly: Path, bundle: Path) -> None:
    found = contents(assembly, bundle.name)
    hash_of = {place: hash_ for hash_, place in found.places.items()}
    for place, before in found.templates.items():
        after = json.loads((bundle / place).read_text())
        for logical_id, resource in before.resources.items():
            name = UPLOADED.get(resource["Type"])
            if name:
                path = after["Resources"][logical_id]["Properties"][name]
                target = ((bundle / place).parent / path).resolve().relative_to(bundle.resolve())
                assert (bundle / target).is_file()
                asked = re.findall(r"[0-9a-f]{64}", json.dumps(resource["Properties"][name]))
                assert asked == [hash_of[PurePosixPath(target.as_posix())]]


def test_nothing_of_the_bootstrap_stack_is_left(bundle: Path) -> None:
    texts = [path.read_text() for path in (bundle / "templates").iterdir()]
    for text in (*texts, (bundle / "template.json").read_text()):
        assert not re.search(r"hnb659fds|BootstrapVersion|AssetParameters|cdk-", text)


def test_path_is_relative_to_the_template() -> None:
    given = template(Code=IN_BUCKET)
    body = rewritten(given, held(), place=PLACE)
    assert body["Resources"]["Handler"]["Properties"]["Code"] == "../code/handler.zip"
    assert given == template(Code=IN_BUCKET), "the CDK's own template was changed"
    root = rewritten(template(Code=IN_BUCKET), held(), place=PurePosixPath("template.json"))
    assert root["Resources"]["Handler"]["Properties"]["Code"] == "code/handler.zip"


@pytest.mark.parametrize(
    ("kind", "name"),
    [(NESTED, "TemplateURL"), ("AWS::Lambda::Function", "Code"), ("AWS::Lambda::LayerVersion", "Content")],
)
def test_each_property_that_package_uploads_is_rewritten(kind: str, name: str) -> None:
    body = rewritten(template(kind, **{name: copy.deepcopy(IN_BUCKET)}), held(), place=PLACE)
    assert body["Resources"]["Handler"]["Properties"][name] == "../code/handler.zip"


def test_code_that_is_no_asset_stays() -> None:
    inline = template(Code={"ZipFile": "def handler(event, context): ..."})
    assert rewritten(inline, held(), place=PLACE) == inline


@pytest.mark.parametrize(
    "given",
    [
        template(Code=IN_BUCKET, Environment={"Variables": {"KEY": f"{HASH}.zip"}}),
        template("AWS::SSM::Parameter", Value={"Fn::Sub": STAGING}),
        template("Custom::Copied", Source=f"s3://somewhere/{OTHER}.zip"),
        template(Code={"ZipFile": "…"}) | {"Outputs": {"Url": {"Value": f"https://{HASH}"}}},
        {"Parameters": {"BootstrapVersion": {"Type": "String"}}},
        {"Rules": {"Check": {"Assert": "/cdk-bootstrap/hnb659fds/version"}}},
        template(Code={"S3Bucket": "cdk-hnb659fds-assets", "S3Key": "elsewhere.zip"}),
    ],
)
def test_what_would_need_the_bootstrap_stack_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match=r"templates/Storage\.json: .* still needs the bootstrap stack"):
        rewritten(given, held(), place=PLACE)


@pytest.mark.parametrize(
    "code",
    [{**IN_BUCKET, "SourceKMSKeyArn": "arn"}, {"S3Bucket": OTHER, "S3Key": HASH}],
)
def test_code_that_is_more_than_one_asset_is_refused(code: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match=r"Handler\.Code is more than the place of one asset"):
        rewritten(template(Code=code), held(), place=PLACE)
