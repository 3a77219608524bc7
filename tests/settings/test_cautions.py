# ruff: noqa: E501 -- lines as they are printed
"""What a file may say and probably does not mean: told as warnings, each with line, field and remedy."""

from pathlib import Path

import pytest

from settings.caution import examples_left
from settings.load import load_deployment
from settings.problems import dotted

HEAD = "system: open-webui\nenvironment: dev\nmonitoring: {email: ops@pergola.dev}\nload_balancer: {edge: cloudfront}\n"
INVITED = "sign_in: {admin_email: ada@pergola.dev}\n"


def warnings(folder: Path, added: str, *, head: str = HEAD) -> list[str]:
    """What is said of a file whose fifth line is `added`, each line without the folder."""
    file = folder / "demo.yaml"
    file.write_text(head + added)
    return [line.replace(f"{folder}/", "") for line in load_deployment(file).warnings(packages=folder)]


def test_a_file_that_means_what_it_says_has_no_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path, INVITED) == []


def test_a_user_pool_without_anybody_is_told(tmp_path: Path) -> None:
    assert warnings(tmp_path, "tags: {a: b}\nsign_in: {mfa: required}\n") == [
        "demo.yaml:6: sign_in.admin_email: warning: is left out, so the deployment invites nobody to sign in; give "
        "the first person's address, or make the first user by hand: docs/open-webui.md, People and groups"
    ]


PROVIDER = "{type: saml, name: Corp, metadata_url: https://id.pergola.dev/metadata.xml%s}"


@pytest.mark.parametrize(
    ("added", "told"),
    [
        (INVITED, 0),
        (f"sign_in: {{providers: [{PROVIDER % ', groups_attribute: groups'}]}}\n", 0),
        (f"sign_in: {{providers: [{PROVIDER % ''}]}}\n", 1),
        ("region: eu-west-1\nsecondary_of: {deployment: other, region: eu-central-1}\n", 0),
    ],
    ids=["invited", "groups of a provider", "a provider without groups", "a standby that has no pool yet"],
)
def test_somebody_can_sign_in_who_is_invited_or_has_groups_from_a_provider(
    tmp_path: Path, added: str, told: int
) -> None:
    assert len(warnings(tmp_path, added)) == told


def test_the_guide_has_the_section_that_the_warning_names() -> None:
    guide = Path(__file__).parents[2] / "docs" / "open-webui.md"
    assert "\n### People and groups\n" in guide.read_text()


def test_names_kept_for_examples_are_one_warning_for_the_file(tmp_path: Path) -> None:
    head = HEAD.replace("pergola.dev", "example.com")
    assert warnings(tmp_path, INVITED.replace("pergola.dev", "Example.org"), head=head) == [
        "demo.yaml:3: monitoring.email: warning: 'ops@example.com' is under example.com, which is kept for examples: "
        "mail to it arrives nowhere; write your own (likewise sign_in.admin_email)"
    ]


@pytest.mark.parametrize(
    ("value", "is_nobodys"),
    [
        ("chat.example.com", True),
        ("example.net", True),
        ("https://models.example.com:8443/v1", True),
        ("http://ollama.internal.test", True),
        ("ada@mail.example", True),
        ("ada@myexample.com", False),
        ("ada@my-example.com", False),
        ("example.com.pergola.dev", False),
        ("https://pergola.dev/example.com", False),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/test", False),
        ("arn:aws:backup:eu-central-1:111122223333:backup-vault:example", False),
        ("example", False),
        ("10.0.0.0/16", False),
    ],
)
def test_hosts_and_addresses_under_names_kept_for_examples_are_found_and_nothing_else(
    value: str, is_nobodys: bool
) -> None:
    found = [dotted(each.path) for each in examples_left({"a": {"b": [value]}})]
    assert found == (["a.b[0]"] if is_nobodys else [])


def environment(*names: str) -> str:
    return f"{INVITED}application: {{environment: {{{', '.join(f'{name}: x' for name in names)}}}}}\n"


@pytest.mark.row("F9")
def test_a_variable_that_the_version_does_not_read_is_told_with_the_nearest_that_it_does(
    tmp_path: Path,
) -> None:
    assert warnings(tmp_path, environment("ENABLE_WEB_SERCH", "QQXYZ", "ENABLE_NOTES", "HF_ENDPOINT")) == [
        "demo.yaml:6: application.environment.ENABLE_WEB_SERCH: warning: Open WebUI 0.12.4 does not read this variable; "
        "did you mean ENABLE_WEB_SEARCH?",
        "demo.yaml:6: application.environment.QQXYZ: warning: Open WebUI 0.12.4 does not read this variable; look the "
        "name up in its documentation",
    ]


def test_of_another_version_the_installed_package_tells_and_without_it_nobody_does(tmp_path: Path) -> None:
    added = f"{environment('ENABLE_NEWS')}".replace(
        "application: {", "application: {image_tag: v9.9.9-slim, "
    )
    assert warnings(tmp_path, added) == []
    package = tmp_path / "9.9.9" / "lib" / "python3.11" / "site-packages" / "open_webui"
    package.mkdir(parents=True)
    (package / "env.py").write_text('import os\nA = os.environ.get("ENABLE_NEW")\n')
    assert warnings(tmp_path, added) == [
        "demo.yaml:6: application.environment.ENABLE_NEWS: warning: Open WebUI 9.9.9 does not read this variable; "
        "did you mean ENABLE_NEW?"
    ]
