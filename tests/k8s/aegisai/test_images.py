"""Where the images of others come from: public registries, or their mirrors."""

from typing import Any, get_args

import pytest

from k8s.checks.pods import pods_of
from k8s.manifests import Manifest
from settings.aegisai import AegisAIDeployment
from settings.images import PublicRegistry
from settings.versions import AWS_CLI, BUSYBOX
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import VARIANTS, anywhere, example, of_variant, on_eks

MIRRORS = {name: f"mirror.example/{name.partition('.')[0]}" for name in get_args(PublicRegistry)}
EXAMPLES = ("aegisai-local", "aegisai-dev", "aegisai-prod")
ALL: dict[str, AegisAIDeployment] = {**{name: example(name) for name in EXAMPLES}, **VARIANTS}
DIGEST = "sha256:" + "0f" * 32


def pulled(made: list[Manifest]) -> dict[str, str]:
    """Image by pod and container."""
    return {f"{pod} {each['name']}": each["image"] for pod in pods_of(made) for each in pod.containers}


def of_others(settings: AegisAIDeployment) -> set[str]:
    own = f"{settings.registry}/"
    return {image for image in pulled(manifests(settings)).values() if not image.startswith(own)}


def with_images(settings: AegisAIDeployment, **given: Any) -> AegisAIDeployment:
    return settings.model_copy(update={"images": settings.images.model_copy(update=given)})


@pytest.mark.row("A12")
@pytest.mark.parametrize("name", ALL)
def test_with_mirrors_no_image_comes_from_a_public_registry(name: str) -> None:
    public, mirrored = of_others(ALL[name]), of_others(with_images(ALL[name], mirrors=MIRRORS))
    assert {image.partition("/")[0] for image in public} <= set(MIRRORS)
    assert mirrored == {
        f"{MIRRORS[registry]}/{path}" for registry, _, path in (image.partition("/") for image in public)
    }


@pytest.mark.row("A12")
def test_one_registry_alone_may_be_mirrored() -> None:
    found = of_others(with_images(example("aegisai-dev"), mirrors={"docker.io": "registry.example:5000"}))
    assert {image.partition("/")[0] for image in found} == {"registry.example:5000", "public.ecr.aws"}
    assert "registry.example:5000/library/postgres:15.19-bookworm" in found


@pytest.mark.row("A12")
@pytest.mark.parametrize(
    ("settings", "clients"),
    [
        (example("aegisai-dev"), ()),
        (example("aegisai-prod"), ("docker.io/library/postgres:16.15-bookworm",)),
    ],
    ids=["in the cluster", "aurora"],
)
def test_tools_are_pulled_by_the_digests_of_the_file(
    settings: AegisAIDeployment, clients: tuple[str, ...]
) -> None:
    known = dict.fromkeys((AWS_CLI, BUSYBOX, *clients), DIGEST)
    found = of_others(with_images(settings, digests=known, mirrors=MIRRORS))
    assert {
        image.rpartition("/")[2].partition(":")[0] for image in found if image.endswith(f"@{DIGEST}")
    } == {image.rpartition("/")[2].partition(":")[0] for image in known}


@pytest.mark.row("A12")
def test_stores_are_pulled_by_the_digests_that_stand_with_them() -> None:
    given = {"hosted": "in_cluster", "image_digest": DIGEST}
    found = pulled(manifests(on_eks(postgresql=given, redis=given)))
    stores = [image for image in found.values() if "/postgres:" in image or "/valkey:" in image]
    assert stores
    assert all(image.endswith(f"@{DIGEST}") for image in stores)


@pytest.mark.row("A12")
def test_every_pod_has_the_login_that_the_file_names() -> None:
    for pod in pods_of(of_variant("bucket")):
        assert pod.spec["imagePullSecrets"] == [{"name": "login"}], pod
    assert not any("imagePullSecrets" in pod.spec for pod in pods_of(manifests(anywhere())))
