"""Container images: where they come from, and which exactly."""

from collections.abc import Collection, Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from settings.model import Model, Refusal
from settings.problems import shown

MOVING = ("latest", "main", "master", "stable", "edge", "nightly", "dev", "develop", "release")


def _exact(value: str) -> str:
    if value.lower() in MOVING or not any(character.isdigit() for character in value):
        raise ValueError(f"{shown(value)} is a tag that moves; give an exact one such as 1.4.2")
    return value


def _no_address(value: Any) -> Any:
    if isinstance(value, str):
        plain = value.removeprefix("https://").removeprefix("http://").rstrip("/")
        if plain != value:
            raise ValueError(
                f"{shown(value)} is not how images name a registry: without https:// and without a slash at the end; "
                f"write {shown(plain)}"
            )
    return value


Registry = Annotated[
    str,
    BeforeValidator(_no_address),
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


PublicRegistry = Literal["docker.io", "public.ecr.aws"]
"""Where images of others come from."""
PublicImage = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9.-]+(/[a-z0-9._-]+)+:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$",
        max_length=300,
        examples=["docker.io/library/busybox:1.36.1"],
    ),
]
"""An image of others as its publisher names it, with its tag."""


class ServiceImage(Model):
    """The image of one service."""

    repository: Repository | None = None
    """Its path below the registry. Left out: the service's name."""
    tag: ImageTag | None = None
    """Exact tag. Left out: `images.tag`."""
    digest: Digest | None = None
    """Digest of the image, which then wins over what the tag points to."""


class ImageSettings(Model):
    """The images of all services, and where those of others come from."""

    registry: Registry | None = None
    """Registry, and the path in it before the service's name. Left out, on EKS: Amazon ECR repositories of this
    deployment, which need `account` and `region` in the file."""
    tag: ImageTag
    """Exact tag of the services' images; a tag that moves, such as `latest`, is refused."""
    pull_secret: SecretName | None = None
    """Secret of type `kubernetes.io/dockerconfigjson` in the namespace, made beforehand, with the logins of `registry`
    and `mirrors`. Left out: they need none, or the nodes have it."""
    mirrors: Annotated[
        dict[PublicRegistry, Registry],
        Field(examples=[{"docker.io": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub"}]),
    ] = Field(default_factory=dict)
    """`docker.io` or `public.ecr.aws` → your registry, and the path in it, which holds the same images: PostgreSQL,
    Valkey and tools. Left out: pods pull them from there."""
    digests: Annotated[
        dict[PublicImage, Digest],
        Field(examples=[{"docker.io/library/busybox:1.36.1": "sha256:" + "0f" * 32}]),
    ] = Field(default_factory=dict)
    """Tool, by its public name and tag → its digest, which then wins over what the tag points to; another version
    needs another. PostgreSQL and Redis in the cluster have `image_digest`."""
    user_id: Annotated[int, Field(ge=1, le=2_000_000_000)] = 10001
    """User and group that the services' containers run as, never 0."""
    keep: Annotated[int, Field(ge=1, le=1000)] = 30
    """Images that each Amazon ECR repository keeps; older ones are deleted."""

    def of_others(self, image: str, *, digest: str | None = None) -> str:
        """An image of others as pods pull it: from the mirror of its registry, by digest where one is known.

        image: its public name. digest: left out: the one of `digests`, if there is one.
        """
        public, _, path = image.partition("/")
        registry = next((mirror for name, mirror in self.mirrors.items() if name == public), public)
        known = digest or self.digests.get(image)
        return f"{registry}/{path}{f'@{known}' if known else ''}"


def reference(registry: str, repository: str, *, tag: str, digest: str | None) -> str:
    """One image by tag, and by digest where it is known."""
    return f"{registry}/{repository}:{tag}{f'@{digest}' if digest else ''}"


def digest_refusals(images: ImageSettings, used: Collection[str]) -> Iterator[Refusal]:
    """Digests of what is not pulled, such as an earlier version; fields relative to the deployment.

    used: public names of the images that `digests` may name.
    """
    for image in images.digests:
        if image not in used:
            message = (
                f"{image} takes no digest here; name one of {', '.join(used)}, or give those of the stores in the "
                "cluster as postgresql.image_digest and redis.image_digest"
            )
            yield Refusal(message, "images.digests", "postgresql")


def registry_refusals(
    images: ImageSettings, *, needed_because: str, fields: tuple[str, ...]
) -> Iterator[Refusal]:
    """A registry that nobody names.

    fields: the settings that would make up for it, relative to the deployment.
    """
    if images.registry is None:
        message = f"is missing, and {needed_because}; name the registry of the images"
        yield Refusal(message, "images.registry", *fields)
