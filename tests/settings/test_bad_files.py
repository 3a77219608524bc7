# ruff: noqa: E501 -- lines as they are printed
"""Every kind of bad deployment file, with the very lines that are printed for it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from settings.load import BadDeploymentFile, load_deployment
from settings.yaml_document import LARGEST_BYTES

GOOD = "system: open-webui\nenvironment: dev\nmonitoring: {email: ops@example.com}\nload_balancer: {edge: cloudfront}\n"
"""Four lines; what a test adds begins on line 5."""
VECTORS = "embedding: {model: titan}"
MODEL = "models: [{name: titan, model_id: amazon.titan-embed-text-v2, embedding: true}]"
Refused = Callable[..., list[str]]


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """Loads a file that says this, and returns what is printed, each line without the folder."""

    def load(content: str | bytes, name: str = "demo.yaml") -> list[str]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        before = sorted(tmp_path.iterdir())
        with pytest.raises(BadDeploymentFile) as error:
            load_deployment(path)
        assert sorted(tmp_path.iterdir()) == before, "loading writes nothing"
        return str(error.value).replace(f"{tmp_path}/", "").split("\n")

    return load


def test_the_file_that_the_tests_spoil_is_good(tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text(GOOD)
    assert load_deployment(tmp_path / "demo.yaml").deployment.name == "demo"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            "",
            "1: file: is empty; start with `system: open-webui` or `system: aegisai`, and `environment: dev`",
        ),
        (
            "# only a comment\n",
            "1: file: is empty; start with `system: open-webui` or `system: aegisai`, and `environment: dev`",
        ),
        (
            "---\n...\n",
            "2: file: is empty; start with `system: open-webui` or `system: aegisai`, and `environment: dev`",
        ),
        (
            "- a\n- b\n",
            "1: file: holds a list of 2 values, not settings; start with `system: open-webui` or `system: aegisai`, and `environment: dev`",
        ),
        (
            "\nhello\n",
            "2: file: holds 'hello', not settings; start with `system: open-webui` or `system: aegisai`, and `environment: dev`",
        ),
        (
            GOOD + "---\n" + GOOD,
            "5: file: holds a second document after `---`; one file is one deployment, split it",
        ),
        (
            GOOD + "tasks:\n\tcpu: 512\n",
            "6: file: '\\tcpu: 512' is indented with a tab, which YAML refuses; use spaces",
        ),
        (
            GOOD + "tasks: {cpu: 512\n",
            "6: file: the end of the file is not YAML (expected ',' or '}', but got '<stream end>' at column 1); "
            "check indentation, colons and quotes",
        ),
        (
            GOOD + "tasks: a: b\n",
            "5: file: 'tasks: a: b' is not YAML (mapping values are not allowed here at column 9); "
            "check indentation, colons and quotes",
        ),
        (GOOD + "? [a]\n: b\n", "5: file: a key is not plain text; write `key: value` lines"),
        (
            GOOD + "tags: {a: " + "{b: " * 40 + "\n",
            "5: file: is nested deeper than 20 levels; settings need four",
        ),
        (GOOD + "tags: " + "[" * 100_000, "5: file: is nested deeper than 20 levels; settings need four"),
        (
            GOOD + "# " + "x" * LARGEST_BYTES,
            "1: file: is larger than 256 KiB; a deployment takes a few lines",
        ),
        (GOOD.encode("utf-16"), "1: file: is UTF-16 or UTF-32; save it as UTF-8"),
        (GOOD.encode("utf-16-le"), "1: file: is UTF-16 or UTF-32; save it as UTF-8"),
        (GOOD.encode("utf-32"), "1: file: is UTF-16 or UTF-32; save it as UTF-8"),
        ((GOOD + "# café").encode("latin-1"), "5: file: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (GOOD + "# \x07", "5: file: holds the control character U+0007; remove it"),
        (GOOD.encode() + b"# \xed\xa0\x80", "5: file: byte 0xed is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_so_with_the_line(
    refused: Refused, content: str | bytes, line: str
) -> None:
    assert refused(content) == [f"demo.yaml:{line}"]


@pytest.mark.parametrize(
    ("added", "line"),
    [
        ("region: eu-west-1\nregion: eu-west-2\n", "6: region: stands here and on line 5; keep one of them"),
        (
            "tags: &a {x: y}\n",
            "5: tags: &a is an anchor, which is not supported; remove it",
        ),
        ("tags: *a\n", "5: tags: *a refers to a value elsewhere; write the value out"),
        (
            "tags: {<<: {a: b}}\n",
            '5: tags."<<": merge keys are not supported; write the settings out',
        ),
        (
            "region: !!python/object/apply:os.system [ls]\n",
            "5: region: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not supported; remove it",
        ),
        ("database: {max_capacity: .nan}\n", "5: database.max_capacity: .nan is no amount; give a number"),
        ("database: {max_capacity: -.inf}\n", "5: database.max_capacity: -.inf is no amount; give a number"),
        (
            "database: {max_capacity: 1e999}\n",
            "5: database.max_capacity: 1e999 is too large; give a smaller number",
        ),
        (
            f"tasks: {{cpu: {'9' * 5000}}}\n",
            f"5: tasks.cpu: '{'9' * 59}…' has 5000 characters; put it in quotes if it is text",
        ),
        (
            'region: "\\ud800"\n',
            "5: region: holds the character U+D800, which is no text; remove it",
        ),
        (
            'application: {name: "a\\0b"}\n',
            "5: application.name: holds the character U+0000, which is no text; remove it",
        ),
    ],
)
def test_yaml_that_surprises_is_refused(refused: Refused, added: str, line: str) -> None:
    assert f"demo.yaml:{line}" in refused(GOOD + added)


def test_a_yaml_bomb_is_refused_in_a_moment(refused: Refused) -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    lines = refused(bomb)
    assert "demo.yaml:2: b[0]: *a refers to a value elsewhere; write the value out" in lines
    assert len(lines) < 200


@pytest.mark.parametrize(
    ("added", "line"),
    [
        ("tasks: {cpus: 512}\n", "5: tasks.cpus: is not a setting; did you mean cpu?"),
        (
            "cache: {zone: x}\n",
            "5: cache.zone: is not a setting; known here are enabled, engine_version, max_data_gb, max_ecpu_per_second",
        ),
        (
            'cache: {engine_version: "7.2"}\n',
            "5: cache.engine_version: '7.2' has the wrong form; write one like 8",
        ),
        ("region: eu-wset-1\n", "5: region: 'eu-wset-1' is not a region; did you mean eu-west-1?"),
        (
            "name: other\n",
            "5: name: is not a setting; the file's name, 'demo', names the deployment, take it out",
        ),
        (
            "account: 012345678901\n",
            "5: account: 012345678901 is read as a number and text is needed; put it in quotes: '012345678901'",
        ),
        (
            "database: {engine_version: 16.10}\n",
            "5: database.engine_version: 16.10 is read as a number and text is needed; put it in quotes: '16.10'",
        ),
        (
            "tasks: {spot: yes}\n",
            "5: tasks.spot: 'yes' is text in YAML 1.2, and true or false is needed; write true",
        ),
        ("tasks: {spot: 1}\n", "5: tasks.spot: 1 is not true or false; write true or false"),
        ("tasks: {min_tasks: two}\n", "5: tasks.min_tasks: 'two' is not a whole number; use 1 to 4"),
        ("tasks: {min_tasks: 1.5}\n", "5: tasks.min_tasks: 1.5 is not a whole number; use 1 to 4"),
        ("tasks: {min_tasks: '1'}\n", "5: tasks.min_tasks: '1' is not a whole number; use 1 to 4"),
        ("tasks: {min_tasks: true}\n", "5: tasks.min_tasks: true is not a whole number; use 1 to 4"),
        ("tasks: {max_tasks: 0}\n", "5: tasks.max_tasks: 0 is too small; use 1 to 10"),
        ("tasks: {max_tasks: 11}\n", "5: tasks.max_tasks: 11 is too large; use 1 to 10"),
        (
            "tasks:\n  max_tasks:\n",
            "6: tasks.max_tasks: is empty and needs a whole number; give a value, or take the line out for the default",
        ),
        (
            "tasks: {cpu: '512'}\n",
            "5: tasks.cpu: '512' is not allowed; use without quotes, one of 512, 1024, 2048, 4096",
        ),
        (
            "tasks: {architecture: arm}\n",
            "5: tasks.architecture: 'arm' is not allowed; did you mean arm64? Use one of arm64, x86_64",
        ),
        ("tasks:\n", "5: tasks: is empty; give its settings below it, or take the line out"),
        (
            "tasks: 4\n",
            "5: tasks: 4 is not a section; write its settings (cpu, memory_mib, min_tasks, max_tasks …) on lines of their own "
            "below it",
        ),
        (
            "application: {openai_urls: https://a.example}\n",
            "5: application.openai_urls: 'https://a.example' is not a list; write `- value` lines below it",
        ),
        (
            "application: {openai_urls: ['https://u:p@a.example/v1']}\n",
            "5: application.openai_urls[0]: the address holds a user or password; take it out, keys go to Secrets Manager",
        ),
        (
            "application: {image_tag: latest}\n",
            "5: application.image_tag: 'latest' does not fit: it must be an exact version such as v0.12.4-slim; tags that move "
            "are refused; write one like v0.12.4-slim",
        ),
        (
            "application: {environment: {WEBUI_URL: 'https://x'}}\n",
            "5: application.environment.WEBUI_URL: WEBUI_URL is set by the deployment itself; take it out and use load_balancer",
        ),
        (
            "application: {environment: {WEBUI_AUTH: 'false'}}\n",
            "5: application.environment.WEBUI_AUTH: WEBUI_AUTH lets everybody in; take it out",
        ),
        (
            "application: {environment: {MY_TOKEN: x}}\n",
            "5: application.environment.MY_TOKEN: MY_TOKEN looks like a secret, and this file and the template can be read; "
            "take it out",
        ),
        (
            "application: {environment: {FOO: 7}}\n",
            "5: application.environment.FOO: 7 is read as a number and text is needed; put it in quotes: '7'",
        ),
        (
            "application: {environment: {foo: bar}}\n",
            "5: application.environment.foo: 'foo' has the wrong form; write one like ENABLE_WEB_SEARCH",
        ),
        (
            "sign_in: {providers: [{type: smal}]}\n",
            "5: sign_in.providers[0]: type 'smal' is not known; use one of saml, oidc",
        ),
        (
            "sign_in: {providers: [{type: saml, name: Corp}]}\n",
            "5: sign_in.providers[0].metadata_url: is missing; give it, such as https://id.example.com/metadata.xml "
            "(address of the provider's metadata document)",
        ),
        (
            "sign_in: {domain_prefix: my-aws-chat}\n",
            "5: sign_in.domain_prefix: 'my-aws-chat' holds 'aws', which Amazon Cognito reserves; choose another prefix",
        ),
        (
            "backup: {copy_vault_arn: 'arn:aws:backup:eu-wset-1:111122223333:backup-vault:standby'}\n",
            "5: backup.copy_vault_arn: 'eu-wset-1' in the ARN is not a region; did you mean eu-west-1?",
        ),
        (
            f"backup: {{copy_vault_arn: 'arn:aws:backup:{'9' * 2000}:111122223333:backup-vault:standby'}}\n",
            f"5: backup.copy_vault_arn: '{'9' * 59}…' in the ARN is not a region; take the ARN as AWS prints it",
        ),
        (
            "database: {min_capacity: 0.7}\n",
            "5: database.min_capacity: 0.7 is not a multiple of 0.5; Aurora sells capacity in half units",
        ),
        (
            "tags: {'aws:x': y}\n",
            "5: tags.\"aws:x\": 'aws:x' begins with aws:, which AWS keeps for itself; choose another key",
        ),
    ],
)
def test_a_setting_that_is_wrong_says_what_the_value_and_the_remedy(
    refused: Refused, added: str, line: str
) -> None:
    assert refused(GOOD + added) == [f"demo.yaml:{line}"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            GOOD.replace("open-webui", "open-webiu"),
            "1: system: 'open-webiu' is not a system; did you mean open-webui? Known are open-webui, aegisai",
        ),
        (GOOD.replace("open-webui", "7"), "1: system: 7 is not a system; use one of open-webui, aegisai"),
        (
            GOOD.replace("system: open-webui\n", ""),
            "1: system: is missing; give the system that this file deploys, one of open-webui, aegisai",
        ),
        (
            GOOD.replace("environment: dev", "environment: production"),
            "2: environment: 'production' is not allowed; did you mean prod? Use one of dev, staging, prod",
        ),
        (
            GOOD.replace("environment: dev\n", ""),
            "1: environment: is missing; give it, one of dev, staging, prod (which preset fills what the file leaves out)",
        ),
        (
            GOOD.replace("environment", "evironment"),
            "2: evironment: is not a setting; did you mean environment?",
        ),
        (
            GOOD.replace("monitoring: {email: ops@example.com}\n", ""),
            "1: monitoring.email: is missing; give it, such as ops@example.com "
            "(address that alarms are sent to; AWS asks it to confirm the subscription)",
        ),
        (
            GOOD.replace("load_balancer: {edge: cloudfront}\n", ""),
            "1: allow_plain_http: is missing, and nothing says how browsers get HTTPS; give load_balancer.certificate_arn, "
            "load_balancer.domain or load_balancer.edge: cloudfront, or write allow_plain_http: true",
        ),
    ],
)
def test_what_every_file_needs(refused: Refused, content: str, line: str) -> None:
    assert refused(content) == [f"demo.yaml:{line}"]


def test_of_a_system_that_nobody_knows_nothing_else_is_guessed(refused: Refused) -> None:
    """What else the file says may be right for the system that was meant."""
    assert refused("system: open-webiu\nservers: 3\ntasks: {cpu: 513}\n") == [
        "demo.yaml:1: system: 'open-webiu' is not a system; did you mean open-webui? Known are open-webui, aegisai"
    ]


def test_without_a_system_what_all_systems_share_is_looked_at(refused: Refused) -> None:
    assert refused("region: eu-wset-1\nenvironment: dev\nmonitoring: {email: ops@example.com}\n") == [
        "demo.yaml:1: system: is missing; give the system that this file deploys, one of open-webui, aegisai",
        "demo.yaml:1: region: 'eu-wset-1' is not a region; did you mean eu-west-1?",
    ]


@pytest.mark.parametrize("cpu", ["513", "'512'", "", "&a 512", "512, cpu: 513"])
@pytest.mark.parametrize("section", ["tasks: {%s}", f"application: {{{VECTORS}, litellm: {{{MODEL}, %s}}}}"])
def test_memory_is_not_held_against_a_cpu_that_is_wrong_itself(
    refused: Refused, section: str, cpu: str
) -> None:
    lines = refused(f"{GOOD}{section % f'memory_mib: 30720, cpu: {cpu}'}\n")
    assert [line.split(": ")[1].rpartition(".")[2] for line in lines] == ["cpu"]


@pytest.mark.parametrize(
    "name", ["Demo.yaml", "a.yaml", "1st.yaml", "a-.yaml", "a" * 29 + ".yaml", "with space.yaml", "a.b.yaml"]
)
def test_a_file_name_that_cannot_name_a_deployment_is_refused(refused: Refused, name: str) -> None:
    assert refused(GOOD, name) == [
        f"{name}:1: name: the file name {name.removesuffix('.yaml')!r} does not serve; use 3 to 28 lower-case letters, digits and "
        "hyphens, a letter first, such as open-webui-dev.yaml"
    ]


def test_thousands_of_errors_are_counted_after_the_first(refused: Refused) -> None:
    lines = refused(
        GOOD + "tags:\n" + "".join(f"  t{number}: {number}\n" for number in range(30)) + "a: b\n" * 400
    )
    assert len(lines) == 201
    assert lines[-1] == "demo.yaml:435: file: has 230 more errors; correct these first"


def test_a_bad_file_name_hides_nothing_else(refused: Refused) -> None:
    assert len(refused(GOOD + "tasks: {min_tasks: 2}\nregion: x\n", "X.yaml")) == 3


def test_all_errors_of_a_file_come_at_once_in_the_order_of_its_lines(refused: Refused) -> None:
    """Fields, a nested model's and the root's own checks: pydantic alone would stop at the first kind."""
    assert refused(
        GOOD
        + "tasks: {min_tasks: 4, max_tasks: 2}\n"
        + "network: {cidr: 10.0.0.0/15}\n"
        + "cache: {enabled: false}\n"
        + "database: {min_capacity: 8,\n  reader: maybe}\n"
        + "tags: 5\n"
    ) == [
        "demo.yaml:5: tasks.min_tasks: min_tasks 4 exceeds max_tasks 2; lower the one or raise the other",
        "demo.yaml:6: network.cidr: '10.0.0.0/15' is a /15; a VPC takes /16 to /28",
        "demo.yaml:7: cache.enabled: cache.enabled is false and tasks.max_tasks 2, whose tasks share it; "
        "remove cache.enabled or use tasks.max_tasks: 1",
        "demo.yaml:8: database.min_capacity: min_capacity 8 exceeds max_capacity 1; lower the one or raise the other "
        "(max_capacity is the dev preset's)",
        "demo.yaml:9: database.reader: 'maybe' is not true or false; write true or false",
        "demo.yaml:10: tags: 5 is not a section; write its settings on lines of their own below it",
    ]


def test_no_error_is_made_up_from_a_setting_that_is_wrong_already(refused: Refused) -> None:
    """`edge` is misspelled: that nothing gives HTTPS would be true of the file without the line, not of what was meant."""
    assert refused(GOOD.replace("edge:", "egde:")) == [
        "demo.yaml:4: load_balancer.egde: is not a setting; did you mean edge?"
    ]
    assert refused(GOOD.replace("cloudfront", "cloudfrnt")) == [
        "demo.yaml:4: load_balancer.edge: 'cloudfrnt' is not allowed; did you mean cloudfront? Use one of alb, cloudfront"
    ]


def test_a_file_that_does_not_exist_a_folder_and_a_dead_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "link.yaml").symlink_to("nothing")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    said = {}
    for name in ("missing", "folder", "link", "loop", "pipe"):
        with pytest.raises(BadDeploymentFile) as error:
            load_deployment(tmp_path / f"{name}.yaml")
        said[name] = str(error.value).partition(":1: file: ")[2]
    assert said == {
        "missing": "does not exist; check the name",
        "folder": "is not a regular file; a deployment is one YAML file",
        "link": "is a link to nothing; check the name",
        "loop": "cannot be read (Too many levels of symbolic links); check its permissions",
        "pipe": "is not a regular file; a deployment is one YAML file",
    }


def test_a_link_to_a_file_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    (tmp_path / "demo.yaml").symlink_to("real.yaml")
    assert load_deployment(tmp_path / "demo.yaml").deployment.name == "demo"
