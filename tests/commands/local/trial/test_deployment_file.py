"""The file that is tried: the user's, with the models and the number of tasks of the trial."""

from pathlib import Path

import pytest

from commands.local.steps import LocalError
from commands.local.trial import deployment_file
from commands.local.trial.models import Models
from settings.load import BadDeploymentFile

FILE = """\
system: open-webui
environment: dev
monitoring: {email: ops@example.com}
load_balancer: {edge: cloudfront}
"""
ECHO = "http://localhost:8444/v1"


def models(*urls: str, ollama: tuple[str, ...] = (), named: bool = False) -> Models:
    return Models(
        openai_urls=urls,
        openai_keys=("key",) * len(urls),
        ollama_urls=ollama,
        embedding_url=ECHO,
        embedding_key="echo-key",
        named=named,
    )


def written(
    folder: Path, text: str, *, tasks: int | None = None, chosen: Models | None = None
) -> deployment_file.Tried:
    (folder / "chat.yaml").write_text(text)
    into = folder / "trial"
    return deployment_file.write(folder, "chat", into=into, models=chosen or models(ECHO), tasks=tasks)


def test_echo_answers_chats_and_documents(tmp_path: Path) -> None:
    tried = written(tmp_path, FILE)
    assert tried.settings.application.openai_urls == (ECHO,)
    assert tried.settings.application.embedding.url == ECHO
    assert tried.changes == (f"application.openai_urls: {ECHO}", f"application.embedding.url: {ECHO}")


def test_models_of_the_file_give_way_because_their_keys_are_not_here(tmp_path: Path) -> None:
    more = "application: {openai_urls: ['https://api.openai.com/v1'], ollama_urls: ['http://ollama:11434']}\n"
    tried = written(tmp_path, FILE + more)
    assert tried.settings.application.openai_urls == (ECHO,)
    assert "application.ollama_urls: none" in tried.changes


def test_models_that_the_user_names_take_the_place_of_the_echo(tmp_path: Path) -> None:
    chosen = models(ollama=("http://localhost:11434",), named=True)
    tried = written(tmp_path, FILE, chosen=chosen)
    assert tried.settings.application.openai_urls == ()
    assert tried.settings.application.ollama_urls == ("http://localhost:11434",)
    assert tried.settings.application.embedding.url == ECHO, "a document needs no model of the user's"


def test_embedding_that_the_file_names_stays_with_models_of_the_user(tmp_path: Path) -> None:
    text = f"{FILE}application: {{embedding: {{url: 'https://vectors.example.com/v1'}}}}\n"
    chosen = models("https://api.openai.com/v1", named=True)
    tried = written(tmp_path, text, chosen=chosen)
    assert tried.settings.application.embedding.url == "https://vectors.example.com/v1"


def test_two_tasks_bring_the_cache(tmp_path: Path) -> None:
    tried = written(tmp_path, FILE, tasks=2)
    assert (tried.settings.tasks.min_tasks, tried.settings.tasks.max_tasks) == (2, 2)
    assert tried.settings.cached
    assert {"tasks.min_tasks: 2", "tasks.max_tasks: 2"} <= set(tried.changes)


def test_two_tasks_without_a_cache_are_refused_as_the_settings_refuse_them(tmp_path: Path) -> None:
    with pytest.raises(BadDeploymentFile, match=r"cache.enabled is false and tasks.max_tasks 2"):
        written(tmp_path, f"{FILE}cache: {{enabled: false}}\n", tasks=2)


def test_what_the_trial_does_not_set_stays_as_it_is(tmp_path: Path) -> None:
    tried = written(tmp_path, f"{FILE}# why\nbackup: {{enabled: false}}\n")
    text = (tried.folder / "chat.yaml").read_text()
    assert text.startswith(FILE)
    assert "# why\nbackup: {enabled: false}" in text


def test_file_of_an_earlier_trial_is_gone(tmp_path: Path) -> None:
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial" / "other.yaml").write_text("system: nothing")
    assert [path.name for path in written(tmp_path, FILE).folder.iterdir()] == ["chat.yaml"]


def test_digest_gives_way_to_the_tag_that_names_the_version(tmp_path: Path) -> None:
    tried = written(tmp_path, f"{FILE}application: {{image_digest: 'sha256:{'0f' * 32}'}}\n")
    assert tried.settings.application.image_digest is None
    assert "application.image_digest: none, because it does not say which version it is" in tried.changes


def test_litellm_which_is_not_run_here_is_left_out_with_the_reason(tmp_path: Path) -> None:
    model = "{name: vectors, model_id: 'amazon.titan-embed-text-v2:0', embedding: true}"
    text = f"{FILE}application: {{litellm: {{models: [{model}]}}, embedding: {{model: vectors}}}}\n"
    tried = written(tmp_path, text)
    assert tried.settings.application.litellm is None
    assert "application.litellm: none, because LiteLLM is not run here" in tried.changes


def test_standby_has_nothing_to_try(tmp_path: Path) -> None:
    text = f"{FILE}region: eu-west-1\nsecondary_of: {{deployment: chat-prod, region: eu-central-1}}\n"
    (tmp_path / "chat.yaml").write_text(text)
    with pytest.raises(LocalError, match="stands by for another deployment"):
        deployment_file.load(tmp_path, "chat")


def test_another_system_is_refused(tmp_path: Path) -> None:
    text = "system: aegisai\nenvironment: dev\nhosting: any\nimages: {registry: localhost:5000/ours, tag: 1.0.0}\n"
    (tmp_path / "chat.yaml").write_text(text)
    with pytest.raises(LocalError, match="chat is aegisai, and only open-webui can be tried"):
        deployment_file.load(tmp_path, "chat")
