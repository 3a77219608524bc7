"""The size after packaging is told before."""

import json
from pathlib import Path
from typing import Any

import pytest
from awscli.customizations.cloudformation.yamlhelper import yaml_dump, yaml_parse

from commands.assembly import NESTED, ROOT_LIMIT_BYTES
from commands.bundle.rewriting import UPLOADED
from commands.bundle.sizes import BUCKET, KEY, URL, packaged_bytes

pytestmark = pytest.mark.xdist_group("bundle")  # one worker makes the folder, once

AT_MOST = 1.1
"""Version 2 writes long texts with quotation marks, such as a dashboard, longer than the version 1 of the tests."""


def as_packaged(text: str) -> dict[str, Any]:
    """What `aws cloudformation package` makes of a template with a bucket of the longest name."""
    template: dict[str, Any] = yaml_parse(text)
    for resource in template["Resources"].values():
        name = UPLOADED.get(resource["Type"])
        if name:
            nested = resource["Type"] == NESTED
            resource["Properties"][name] = URL if nested else {"S3Bucket": BUCKET, "S3Key": KEY}
    return template


def test_size_is_no_less_and_hardly_more_than_what_the_cli_writes(bundle: Path) -> None:
    for file in (bundle / "template.json", *(bundle / "templates").iterdir()):
        written = len(yaml_dump(as_packaged(file.read_text())).encode())
        assert written <= packaged_bytes(json.loads(file.read_text())) <= written * AT_MOST, file.name


def test_root_template_fits_inline_before_and_after(bundle: Path) -> None:
    file = bundle / "template.json"
    assert file.stat().st_size <= ROOT_LIMIT_BYTES
    assert packaged_bytes(json.loads(file.read_text())) <= ROOT_LIMIT_BYTES


@pytest.mark.parametrize("text", ["ä" * 500, "a\nb: 'c'\n" * 50, "yes", "2012-10-17", "x " * 400])
def test_text_of_any_kind_is_counted(text: str) -> None:
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": text}}}}
    assert packaged_bytes(template) == len(yaml_dump(template).encode())
