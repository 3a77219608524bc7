"""What docs/aegisai.md says is there: tables, objects, commands, settings, outputs, alarms."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from applications import aegisai
from commands.assembly import NESTED, StackTemplate, templates
from commands.manifests.pages import examples_in, sections, with_sections
from k8s.manifests import Manifest
from settings.aegisai import SERVICES, AegisAIAnywhere, AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks
from settings.data_stores import InClusterPostgresql
from settings.load import BadDeploymentFile, load_deployment
from settings.presets import with_preset
from settings.versions import KUBERNETES
from tests.docs.test_docs import (
    ROOT,
    aws_commands,
    blocks,
    headings,
    members,
    named_outputs,
    section,
    spans,
    unknown_to_aws,
)
from tests.k8s.aegisai.deployments import FILES, VARIANTS, anywhere, of_example, of_variant

PAGE = ROOT / "docs" / "aegisai.md"
ON_EKS = ("aegisai-dev", "aegisai-prod")
NAMESPACES = {"aegisai", "argocd", "kube-system", "monitoring"}
OF_OTHERS = {
    "deployment/cluster-autoscaler",
    "deployment/aws-load-balancer-controller",
    "daemonset/efs-csi-node",
    "daemonset/node-local-dns",
    "service/argo-cd-argocd-server",
    "service/prometheus-grafana",
}
"""What add-ons and charts make."""
KINDS = {
    "configmap": "ConfigMap",
    "cronjob": "CronJob",
    "deployment": "Deployment",
    "externalsecret": "ExternalSecret",
    "ingress": "Ingress",
    "networkpolicy": "NetworkPolicy",
    "pvc": "PersistentVolumeClaim",
    "rollout": "Rollout",
    "service": "Service",
    "statefulset": "StatefulSet",
    "vpa": "VerticalPodAutoscaler",
}
LABELS_OF_OTHERS = {
    "k8s-app=kube-dns",
    "kubernetes.io/service-name=orchestrator",
    "pergola/claim=redis-data",
}
"""CoreDNS's, the endpoint controller's, and those of `assets/kubernetes/volume_snapshots`."""
CALL = re.compile(r"""(?<![\w/-])kubectl ((?:'[^']*'|"(?:\$\([^)]*\)|[^"])*"|[^|#&;"'\n])*)""")


@pytest.fixture(scope="module")
def made() -> list[Manifest]:
    """The objects of all examples and variants."""
    found = [of_example(name) for name in ("aegisai-local", *ON_EKS)] + [
        of_variant(name) for name in VARIANTS
    ]
    return [each for manifests in found for each in manifests]


@pytest.fixture(scope="module")
def stacks(assembly: Path) -> dict[str, list[StackTemplate]]:
    """The templates of the deployments on EKS."""
    return {name: templates(assembly, name) for name in ON_EKS}


def calls() -> list[list[str]]:
    """The words of each call of kubectl."""
    text = "\n".join((*blocks(PAGE, "bash"), *spans(PAGE)))
    return [shlex.split(call) for call in CALL.findall(text)]


def option(words: list[str], *names: str) -> str | None:
    """The value of an option, however it is written."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word in names:
            return following
        for name in names:
            if word.startswith(f"{name}="):
                return word.partition("=")[2]
    return None


def named(words: list[str]) -> Iterator[str]:
    """Objects that a call names, as `kind/name`."""
    for word in words:
        reference = word.removeprefix("--from=")
        kind, _, name = reference.partition("/")
        if name and (kind in KINDS or kind in ("daemonset", "job")):
            yield reference
    plain = [word for word in positional(words[1:]) if "/" not in word]
    if (
        words[0] in ("get", "describe", "delete", "annotate", "patch")
        and len(plain) > 1
        and plain[0] in KINDS
    ):
        yield f"{plain[0]}/{plain[1]}"
    if words[:2] == ["argo", "rollouts"]:
        yield f"rollout/{plain[-1]}"
    if words[0] == "exec" and plain:
        yield f"statefulset/{plain[0].rpartition('-')[0]}"


def positional(words: list[str]) -> list[str]:
    """Words that are neither options nor values of options with a value apart, up to `--`."""
    taken: list[str] = []
    skip = False
    for word in words:
        if word == "--":
            break
        if not skip and not word.startswith("-"):
            taken.append(word)
        skip = not skip and word in ("-n", "-l", "-o", "-p", "-c", "-f", "-L", "-k", "--field-selector")
    return taken


def names_of(made: list[Manifest]) -> set[str]:
    """Every object as `Kind/name`."""
    return {f"{each['kind']}/{each['metadata']['name']}" for each in made}


def test_picture_and_tables_are_current() -> None:
    text = PAGE.read_text()
    assert with_sections(text, sections(examples_in(FILES))) == text, "run make pages"


def test_a_page_that_lost_a_mark_is_not_written() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        with_sections("<!-- services: make pages -->", {"services": "|"})


def test_the_picture_has_every_workload_and_no_other_edge_than_the_policies() -> None:
    drawn = sections(examples_in(FILES))["picture"]
    arrows = set(re.findall(r"^  ([\w-]+) -->\|(\d+)\| ([\w-]+)$", drawn, re.MULTILINE))
    assert ("gateway", "9000", "orchestrator") in arrows
    assert ("clients", "8000", "gateway") in arrows
    assert not [arrow for arrow in arrows if arrow[0] == "clients" and arrow[2] != "gateway"]
    workloads = {
        each["metadata"]["name"]
        for each in of_example("aegisai-local")
        if each["kind"] in ("Deployment", "StatefulSet", "CronJob")
    }
    assert workloads <= {end for source, _, target in arrows for end in (source, target)}


@pytest.mark.row("A10")
def test_objects_that_commands_name_exist(made: list[Manifest]) -> None:
    there = names_of(made)
    jobs = {
        positional(words[1:])[1]
        for words in calls()
        if words[:2] == ["create", "job"] and option(words, "--from")
    }
    found = [reference for words in calls() for reference in named(words)]
    assert len(found) > 40
    wrong = []
    for reference in found:
        kind, _, name = reference.partition("/")
        known = name in (*jobs, "$1") if kind == "job" else f"{KINDS.get(kind)}/{name}" in there
        if not known and reference not in OF_OTHERS and name != "NAME":
            wrong.append(reference)
    assert not wrong


def test_labels_that_commands_select_by_exist(made: list[Manifest]) -> None:
    carried = set()
    for each in made:
        pods = (
            each.get("spec", {})
            .get("jobTemplate", each)
            .get("spec", {})
            .get("template", {})
            .get("metadata", {})
        )
        for labels in (each["metadata"].get("labels", {}), pods.get("labels", {})):
            carried |= {f"{key}={value}" for key, value in labels.items()}
    selectors = {option(words, "-l") for words in calls()}
    asked = {label for each in selectors if each for label in each.split(",") if not label.startswith("!")}
    assert len(asked) > 4
    assert asked <= carried | LABELS_OF_OTHERS


def test_namespaces_that_commands_name_exist() -> None:
    assert {name for words in calls() if (name := option(words, "-n")) is not None} == NAMESPACES


@pytest.mark.row("A10")
def test_variables_that_a_job_is_given_are_those_of_its_container(made: list[Manifest]) -> None:
    containers = {
        container["name"]: {variable["name"] for variable in container["env"]}
        for each in made
        if each["kind"] == "CronJob" and each["metadata"]["name"].startswith("postgres-")
        for pod in [each["spec"]["jobTemplate"]["spec"]["template"]["spec"]]
        for container in (*pod["initContainers"], *pod["containers"])
    }
    given = [
        (option(words, "-c"), word.partition("=")[0])
        for words in calls()
        if words[:2] == ["set", "env"]
        for word in words
        if re.match(r"[A-Z]+=", word)
    ]
    assert set(given) == {("dump", "PGHOST"), ("fetch", "BACKUP")}
    assert all(container and variable in containers[container] for container, variable in given)


@pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not there to be asked for its options"
)
def test_kubectl_knows_the_options() -> None:
    asked: dict[tuple[str, ...], set[str]] = {}
    for words in calls():
        below = len(words) > 1 and not words[1].startswith("-")
        depth = 2 if words[0] in ("rollout", "create", "set", "top", "config") and below else 1
        depth += words[:2] == ["create", "secret"]
        if words[0] == "argo":
            continue
        options = {word.partition("=")[0] for word in words[: words.index("--") if "--" in words else None]}
        asked.setdefault(tuple(words[:depth]), set()).update(
            name for name in options if name.startswith("--")
        )
    wrong = []
    for verb, options in asked.items():
        answer = subprocess.run(
            ["kubectl", *verb, "--help"], capture_output=True, text=True, check=False, timeout=30
        )
        wrong += [" ".join(verb)] if answer.returncode else []
        wrong += [f"{' '.join(verb)} {name}" for name in options if f"{name}=" not in answer.stdout]
    assert not wrong


@pytest.mark.parametrize("block", [text for text in blocks(PAGE, "bash") if "…" not in text])
def test_commands_are_shell(block: str) -> None:
    run = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, timeout=30)
    assert not run.stderr


def functions(name: str, stubs: str, call: str) -> subprocess.CompletedProcess[str]:
    """Calls a function of the page in a shell where nobody sleeps and `stubs` stand for the cluster."""
    [block] = [text for text in blocks(PAGE, "bash") if re.search(rf"^{name}\(\) ", text, re.MULTILINE)]
    [body] = re.findall(rf"^{name}\(\) +\{{\n.*?^\}}", block, re.MULTILINE | re.DOTALL)
    text = f"sleep() {{ :; }}\n{stubs}\n{body}\n{call}"
    return subprocess.run(["bash", "-c", text], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.row("A10")
@pytest.mark.parametrize(
    ("conditions", "succeeded"),
    [("SuccessCriteriaMet Complete", True), ("Complete", True), ("FailureTarget Failed", False)],
)
def test_waiting_for_a_job_ends_however_it_ends(conditions: str, succeeded: bool) -> None:
    stubs = f"""
      asked=$(mktemp)
      kubectl() {{
        case "$1" in
          get) echo >> "$asked"; [ "$(wc -l < "$asked")" -lt 3 ] || printf %s "{conditions}" ;;
          logs) echo "logs of $*" ;;
        esac
      }}"""
    run = functions("finished", stubs, 'finished restore; ended=$?; rm "$asked"; exit $ended')
    assert (run.returncode == 0) == succeeded
    assert run.stdout == "logs of logs -n aegisai job/restore --all-containers\n"


@pytest.mark.row("A10")
def test_waiting_for_a_job_that_is_not_there_ends() -> None:
    run = functions("finished", "kubectl() { echo NotFound >&2; return 1; }", "finished restore")
    assert (run.returncode, run.stderr) == (1, "NotFound\n")


@pytest.mark.row("A6")
@pytest.mark.parametrize(("value", "arrived"), [("new", True), ("old", False)])
def test_a_rotation_goes_on_when_the_copy_has_the_new_password_alone(value: str, arrived: bool) -> None:
    stubs = f"""
      kubectl() {{
        case "$1" in
          get) [ "$7" = "jsonpath={{.data.REDIS_PASSWORD}}" ] && printf %s {value} | base64 ;;
          *) echo "$1" ;;
        esac
      }}"""
    run = functions("sync", stubs, "sync REDIS_PASSWORD new")
    assert (run.returncode == 0) == arrived
    assert run.stdout.split() == (["annotate"] if arrived else ["annotate", "describe"])


@pytest.mark.row("A6")
def test_keys_of_a_secret_that_somebody_makes_are_those_that_are_read() -> None:
    [given] = blocks(PAGE, "ini")
    names = [line.partition("=")[0] for line in given.splitlines()]
    assert names == aegisai.secret_keys(anywhere(), aws_credentials=True)


def test_names_of_database_and_user_are_the_defaults(stacks: dict[str, list[StackTemplate]]) -> None:
    """In the cluster, and in Aurora, whose database the template names."""
    given = InClusterPostgresql(hosted="in_cluster")
    made = [each for template in stacks["aegisai-prod"] for each in template.resources.values()]
    [aurora] = [each["Properties"]["DatabaseName"] for each in made if each["Type"] == "Custom::Database"]
    [role] = {
        name
        for each in made
        if each["Type"] == "AWS::SecretsManager::Secret"
        for name in re.findall(r'"username\\*":\\*"(\w+)', json.dumps(each).replace('\\"', '"'))
    }
    text = "\n".join(blocks(PAGE, "bash"))
    statements = re.findall(r"'(?:ALTER|CREATE|REVOKE CONNECT ON) DATABASE (\w+)", text)
    assert len(statements) == 5
    assert set(statements) == {given.database, aurora}
    assert set(re.findall(r"psql -U (\w+) -d (\w+)", text)) == {(given.user, "postgres")}
    assert set(re.findall(r"ALTER ROLE (\w+)", text)) == {given.user, role}


def test_aws_commands_exist_with_their_options() -> None:
    assert len(aws_commands(PAGE)) > 30
    assert not unknown_to_aws(aws_commands(PAGE))


def test_outputs_that_are_named_exist_and_all_are_named(stacks: dict[str, list[StackTemplate]]) -> None:
    made = {output for root, *_ in stacks.values() for output in root.body["Outputs"]}
    assert named_outputs(PAGE) == made


def test_parameters_that_are_named_are_all_there_are(stacks: dict[str, list[StackTemplate]]) -> None:
    made = {name for root, *_ in stacks.values() for name in root.body["Parameters"]}
    text = " ".join(section(PAGE, "Upgrade").split())
    [sentence] = re.findall(r"((?:`\w+` and )+`\w+`) are parameters", text)
    assert set(re.findall(r"`(\w+)`", sentence)) == made


def test_resources_are_found_by_stack_and_type(stacks: dict[str, list[StackTemplate]]) -> None:
    asked = set(
        re.findall(r"\(resource (\w+) (AWS::[\w:]+)(?: ([A-Za-z]+))?", "\n".join(blocks(PAGE, "bash")))
    )
    assert asked
    for stack, kind, start in asked:
        counts = [
            sum(each["Type"] == kind and key.startswith(start) for key, each in template.resources.items())
            for name, found in stacks.items()
            for template in found
            if template.name == f"{name}.{stack}"
        ]
        assert max(counts) == 1, (stack, kind, start, counts)


def test_secrets_and_repositories_that_are_named_exist(stacks: dict[str, list[StackTemplate]]) -> None:
    kept = ("AWS::SecretsManager::Secret", "AWS::ECR::Repository")
    there = {
        str(each["Properties"].get("Name") or each["Properties"].get("RepositoryName")).partition("/")[2]
        for found in stacks.values()
        for template in found
        for each in template.resources.values()
        if each["Type"] in kept
    }
    asked = set(re.findall(r'"\$DEPLOYMENT/([\w-]+)"', PAGE.read_text()))
    assert asked
    assert asked <= there


def test_stacks_of_the_table_are_those_that_are_made(stacks: dict[str, list[StackTemplate]]) -> None:
    made = {
        key.split("NestedStack")[0]
        for root, *_ in stacks.values()
        for key, each in root.resources.items()
        if each["Type"] == NESTED
    }
    rows = re.findall(r"^\| (`[A-Z]\w+`(?:, `\w+`)*) \|", section(PAGE, "What it makes"), re.MULTILINE)
    named_kinds = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    kinds = {each["kind"] for name in ("aegisai-local", *ON_EKS) for each in of_example(name)}
    assert named_kinds - kinds == made


@pytest.mark.row("A11")
def test_each_alarm_has_its_heading_and_each_heading_its_alarm(
    stacks: dict[str, list[StackTemplate]], made: list[Manifest]
) -> None:
    sent = {anchor for found in stacks.values() for template in found for anchor in anchors_in(template)}
    sent |= {
        rule["alert"].lower()
        for each in made
        if each["kind"] == "PrometheusRule"
        for group in each["spec"]["groups"]
        for rule in group["rules"]
    }
    written = {text.lower() for text in re.findall(r"^### (.+)$", section(PAGE, "Alarms"), re.MULTILINE)}
    assert len(sent) > 20
    assert written == sent


def anchors_in(template: StackTemplate) -> Iterator[str]:
    """Where e-mails of alarms and notices point to."""
    for resource in template.resources.values():
        yield from re.findall(r"docs/aegisai\.md#([\w-]+)", json.dumps(resource))


@pytest.mark.row("A10")
def test_the_document_s_five_issues_have_their_headings() -> None:
    issues = [text for _, text in headings(PAGE)]
    first = issues.index("Troubleshooting")
    assert issues[first + 1 : first + 6] == [
        "Pods stuck in Pending",
        "Pods in CrashLoopBackOff",
        "Service unreachable",
        "Image pull errors",
        "Storage issues",
    ]


def setting_exists(path: str) -> bool:
    """In one of the two models; keys of mappings are left out."""
    models: list[type[BaseModel]] = [AegisAIOnEks, AegisAIAnywhere]
    for name in path.replace("[]", "").split("."):
        if name == "NAME" or name in SERVICES:
            continue
        fields = [model.model_fields[name] for model in models if name in model.model_fields]
        if not fields:
            return False
        models = [model for field in fields for model in members(field.annotation)]
    return True


def test_settings_that_are_named_exist() -> None:
    known = {*AegisAIOnEks.model_fields, *AegisAIAnywhere.model_fields}
    paths = {
        match[1]
        for span in spans(PAGE)
        if (match := re.match(r"^([a-z_]+(?:\.(?:[a-z_]+|NAME)(?:\[\])?)+)(?=$|: )", span))
        and match[1].split(".")[0] in known
    }
    assert len(paths) > 50
    assert not [path for path in paths if not setting_exists(path)]


@pytest.mark.row("C5")
def test_emails_speak_of_this_system(stacks: dict[str, list[StackTemplate]]) -> None:
    """Settings that exist, and nothing of tasks on Amazon ECS."""
    texts = [
        text
        for found in stacks.values()
        for template in found
        for resource in template.resources.values()
        if resource["Type"] in ("AWS::CloudWatch::Alarm", "AWS::Events::Rule", "AWS::CloudWatch::Dashboard")
        for text in [json.dumps(resource["Properties"])]
    ]
    emails = [match for text in texts for match in re.findall(r"[^\"]+ First: [^\"]+ Then: ", text)]
    assert len(emails) > 20
    named = {each for text in emails for each in re.findall(r"\b[a-z_]+(?:\.[a-z_]+)+\b", text)}
    named = {each for each in named if not each.startswith("status.")}  # a field of pods
    assert {"postgresql.max_capacity", "redis.max_data_gb"} <= named
    assert not [each for each in named if not setting_exists(each)]
    assert not [text for text in texts if re.search(r"\btasks?\b|MaxTasks|aws ecs", text)]


def yaml_blocks() -> list[Any]:
    return [YAML(typ="safe").load(text) for text in blocks(PAGE, "yaml")]


@pytest.mark.parametrize("given", [block for block in yaml_blocks() if "kind" not in block])
def test_examples_of_settings_are_accepted(given: dict[str, Any], tmp_path: Path) -> None:
    refused = []
    for example in sorted(FILES.glob("aegisai-*.yaml")):
        file = tmp_path / example.name
        base = YAML(typ="safe").load(example.read_text())
        file.write_text(json.dumps(with_preset(base, given)))
        try:
            assert isinstance(load_deployment(file).deployment, AegisAIDeployment)
        except BadDeploymentFile as error:
            refused.append(str(error))
    assert len(refused) < 3, refused


def test_the_claim_of_the_restore_is_the_one_that_the_stateful_set_mounts(made: list[Manifest]) -> None:
    [claim] = [block for block in yaml_blocks() if "kind" in block]
    kubernetes_validate.validate(claim, KUBERNETES, strict=True)
    [wanted] = [
        each["spec"]
        for each in of_example("aegisai-dev")
        if each["kind"] == "PersistentVolumeClaim" and each["metadata"]["name"] == "redis-data"
    ]
    assert f"PersistentVolumeClaim/{claim['metadata']['name']}" in names_of(made)
    assert {key: claim["spec"][key] for key in wanted} == wanted


@pytest.mark.row("A6")
def test_the_provider_keys_are_all_there_are() -> None:
    [given] = [json.loads(text) for text in blocks(PAGE, "json")]
    assert tuple(given) == aegisai.PROVIDER_KEYS


def test_services_of_the_loops_are_those_with_images() -> None:
    loops = re.findall(r"^for service in ([\w -]+); do", PAGE.read_text(), re.MULTILINE)
    assert loops
    assert all(set(loop.split()) == set(SERVICES) for loop in loops)
