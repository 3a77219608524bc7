"""Container images: where they come from, and which exactly."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.model import Model, Refusal
from settings.problems import shown

MOVING = ("latest", "main", "master", "stable", "edge", "nightly", "dev", "develop", "release")


def _exact(value: str) -> str:
    if value.lower() in MOVING or not any(character.isdigit() for character in value):
        raise ValueError(f"{shown(value)} is a tag that moves; give an exact one such as 1.4.2")
    return value


Registry = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(/[a-z0-9][a-z0-9._-]*)*$",
        max_length=200,
        examples=["123456789012.dkr.ecr.eu-west-1.amazonaws.com/aegisai"],
    ),
]
"""A registry, and the path in it that is common to all images."""
Repository = Annotated[
    str, Field(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$", max_length=200, examples=["gateway"])
]
ImageTag = Annotated[
    str,
    AfterValidator(_exact),
    Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", examples=["1.4.2"]),
]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$", examples=["sha256:" + "0f" * 32])]
SecretName = Annotated[
    str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$", max_length=63, examples=["registry-login"])
]


class ServiceImage(Model):
    """The image of one service."""

    repository: Repository | None = None
    """Its path below the registry. Left out: the service's name."""
    tag: ImageTag | None = None
    """Exact tag. Left out: `images.tag`."""
    digest: Digest | None = None
    """Digest of the image, which then wins over what the tag points to."""


class ImageSettings(Model):
    """The images of all services."""

    registry: Registry | None = None
    """Registry, and the path in it before the service's name. Left out, on EKS: Amazon ECR repositories of this
    deployment, which need `account` and `region` in the file."""
    tag: ImageTag
    """Exact tag of the services' images; a tag that moves, such as `latest`, is refused."""
    pull_secret: SecretName | None = None
    """Secret of type `kubernetes.io/dockerconfigjson` in the namespace, made beforehand. Left out: the registry needs
    no login, or the nodes have it."""
    user_id: Annotated[int, Field(ge=1, le=2_000_000_000)] = 10001
    """User and group that the services' containers run as, never 0."""
    keep: Annotated[int, Field(ge=1, le=1000)] = 30
    """Images that each Amazon ECR repository keeps; older ones are deleted."""


def reference(registry: str, repository: str, *, tag: str, digest: str | None) -> str:
    """One image by tag, and by digest where it is known."""
    return f"{registry}/{repository}:{tag}{f'@{digest}' if digest else ''}"


def registry_refusals(
    images: ImageSettings, *, needed_because: str, fields: tuple[str, ...]
) -> Iterator[Refusal]:
    """A registry that nobody names.

    fields: the settings that would make up for it, relative to the deployment.
    """
    if images.registry is None:
        message = f"is missing, and {needed_because}; name the registry of the images"
        yield Refusal(message, "images.registry", *fields)
