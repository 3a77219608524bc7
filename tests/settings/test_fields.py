"""What the error messages, the schema and the reference read in the models."""

from collections.abc import Iterator
from typing import get_args, get_origin

import pytest
from pydantic import TypeAdapter

from settings.aegisai import AegisAIAnywhere
from settings.aegisai_eks import AegisAIOnEks
from settings.fields import Place, fields_of, models_in, place_of
from settings.model import Model
from settings.open_webui import OpenWebUIDeployment
from settings.places import COUNTRIES, REGIONS
from settings.text import OfKnownRegion, region_of


def every_field(model: type[Model], path: str = "") -> Iterator[tuple[str, Place]]:
    for name, place in fields_of(model).items():
        yield f"{path}{name}", place
        items = [place_of(get_args(kind)[0]) for kind in place.types if get_origin(kind) is tuple]
        items += [place_of(get_args(kind)[1]) for kind in place.types if get_origin(kind) is dict]
        for inner in [*models_in(place), *(found for item in items for found in models_in(item))]:
            yield from every_field(inner, f"{path}{name}.")


MODELS = (OpenWebUIDeployment, AegisAIOnEks, AegisAIAnywhere)
FIELDS = list({path: (path, place) for model in MODELS for path, place in every_field(model)}.values())


def test_every_field_is_found_below_every_section() -> None:
    paths = {path for path, _ in FIELDS}
    assert {
        "tasks.office_hours.days",
        "sign_in.providers.issuer_url",
        "application.litellm.models.model_id",
        "services.memory.request",
    } <= paths
    assert len(FIELDS) > 100


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_section_that_is_given_in_part_has_the_rest_from_its_default(model: type[Model]) -> None:
    """Those of its class, which the reference shows, so no default may say more than its class does."""
    found = 0
    for path, place in every_field(model):
        assert place.field is not None
        default = place.field.get_default(call_default_factory=True)
        if isinstance(default, Model):
            found += 1
            assert TypeAdapter(place.field.rebuild_annotation()).validate_python({}) == default, path
    assert found > 3


@pytest.mark.parametrize(("path", "place"), FIELDS, ids=[path for path, _ in FIELDS])
def test_a_field_says_what_it_is_for_and_what_would_be_right(path: str, place: Place) -> None:
    assert place.field is not None
    if not models_in(place):
        assert place.field.description, f"{path} has no docstring"
    if place.limit("pattern"):
        assert place.examples, f"{path} has a pattern and no example to name in the error"
    if place.field.is_required() and not models_in(place):
        assert place.examples or place.choices, f"{path} is required and has no example"
    kind = TypeAdapter(place.field.rebuild_annotation())
    for example in place.examples:
        kind.validate_python(tuple(example) if isinstance(example, list) else example)


def test_regions_and_countries_are_what_aws_knows() -> None:
    botocore = pytest.importorskip("botocore.session").get_session()
    known = {
        region
        for name in botocore.get_available_partitions()
        for region in botocore.get_available_regions("ec2", name)
    }
    assert sorted(REGIONS) == sorted(region for region in known if "-iso" not in region)
    assert {"DE", "US", "GB"} <= COUNTRIES
    assert all(len(code) == 2 for code in COUNTRIES)


def test_an_arn_names_its_region() -> None:
    assert region_of("arn:aws:acm:eu-west-1:111122223333:certificate/abc") == "eu-west-1"


def test_every_arn_that_is_taken_is_of_a_region_that_there_is() -> None:
    arns = [(path, place) for path, place in FIELDS if str(next(iter(place.examples), "")).startswith("arn:")]
    assert len(arns) > 5
    assert [path for path, place in arns if OfKnownRegion not in place.metadata] == []
