"""How large templates become when `aws cloudformation package` has put addresses into them."""

import copy
import io
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml
from ruamel.yaml import YAML

from commands.assembly import NESTED
from commands.bundle.rewriting import UPLOADED

BUCKET = "b" * 63
KEY = "0" * 32
"""`package` names what it uploads by the MD5 of its contents."""
URL = f"https://s3.ap-southeast-1.amazonaws.com/{BUCKET}/{KEY}.template"
"""The longest address: of a bucket with the longest name, in a region with the longest one."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """Of a template, or of a zip file with code; `parts` are its resources or files."""

    place: PurePosixPath
    bytes: int
    packaged: int | None
    """Bytes of a template at most, after `package`."""
    parts: int

    @property
    def largest(self) -> int:
        """What CloudFormation may get to see."""
        return max(self.bytes, self.packaged or 0)


def packaged_bytes(template: dict[str, Any]) -> int:
    """Bytes of the template as `package` writes it, in YAML: the most that it can be in any bucket."""
    body = copy.deepcopy(template)
    for resource in body["Resources"].values():
        name = UPLOADED.get(resource["Type"])
        if name and isinstance(resource.get("Properties", {}).get(name), str):
            uploaded = URL if resource["Type"] == NESTED else {"S3Bucket": BUCKET, "S3Key": KEY}
            resource["Properties"][name] = uploaded
    return max(_by_version_1(body), _by_version_2(body))


def _by_version_1(body: dict[str, Any]) -> int:
    return len(yaml.safe_dump(body, default_flow_style=False))  # ASCII: a character is a byte


def _by_version_2(body: dict[str, Any]) -> int:
    dumper, written = YAML(typ="safe", pure=True), io.BytesIO()
    dumper.default_flow_style = False
    dumper.dump(body, written)
    return len(written.getvalue())
