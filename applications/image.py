"""References of container images."""


def reference(repository: str, *, tag: str, digest: str | None = None, registry: str | None = None) -> str:
    """`repository:tag`, or `repository@digest` where a digest is known.

    registry: a mirror's prefix that takes the place of the repository's host. Left out: the repository's own registry.
    """
    name = repository if registry is None else f"{registry}/{repository.partition('/')[2]}"
    return f"{name}:{tag}" if digest is None else f"{name}@{digest}"
