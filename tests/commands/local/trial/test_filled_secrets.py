"""A secret that people fill is filled when it is made, so that the first task has its values."""

import json

import pytest

from tests.commands.local.emulated import Emulated

pytestmark = pytest.mark.slow

NAME = "chat/model-keys"
EMPTY = '{"openai_api_keys":""}'


def template(name: str) -> dict[str, object]:
    properties = {"Name": name, "SecretString": EMPTY}
    return {"Resources": {"Keys": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}}


@pytest.fixture
def _given(emulated: Emulated) -> None:
    emulated.place.filled_secrets.write_text(json.dumps({NAME: {"openai_api_keys": "given"}}))


@pytest.mark.usefixtures("_given")
def test_named_secret_has_what_is_given_and_another_what_its_template_says(emulated: Emulated) -> None:
    assert emulated.deploy("filled", template(NAME)) == "CREATE_COMPLETE"
    assert emulated.deploy("other", template("other/model-keys")) == "CREATE_COMPLETE"
    api = emulated.client("secretsmanager")
    assert json.loads(api.get_secret_value(SecretId=NAME)["SecretString"]) == {"openai_api_keys": "given"}
    assert api.get_secret_value(SecretId="other/model-keys")["SecretString"] == EMPTY
