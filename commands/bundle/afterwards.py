"""What people do once a deployment stands: what the templates leave to them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote
from typing import Any

from commands.bundle.known import values
from commands.bundle.protections import physical
from commands.destroy_check.from_template import of_type
from commands.flattened import Template

Object = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Unfilled:
    """A secret that waits for values; `id` is its name in the shell, `restart` the commands that make them count."""

    address: str
    id: str
    description: str
    fields: str
    restart: list[str]


@dataclass(frozen=True, kw_only=True)
class Afterwards:
    """What the README says below *After you deploy*."""

    outputs: list[tuple[str, str]]
    emails: list[str]
    people: list[str]
    secrets: list[Unfilled]
    commands: list[str]
    """Outputs that are commands."""
    cluster: bool
    admins: list[str]
    """Roles that may use kubectl."""


def afterwards(template: Template, objects: list[Object]) -> Afterwards:
    """Read from a template (see `commands.flattened`) and its Kubernetes objects."""
    known = values(template)
    emails = (
        known.text(each.get("Endpoint"))
        for _, each in of_type(template, "AWS::SNS::Subscription")
        if each.get("Protocol") == "email"
    )
    people = (known.text(each.get("Username")) for _, each in of_type(template, "AWS::Cognito::UserPoolUser"))
    admins = (known.text(each.get("PrincipalArn")) for _, each in of_type(template, "AWS::EKS::AccessEntry"))
    outputs = template.get("Outputs", {})
    return Afterwards(
        outputs=[(name, str(each.get("Description", ""))) for name, each in outputs.items()],
        emails=sorted({each for each in emails if each}),
        people=sorted({each for each in people if each}),
        secrets=list(_unfilled(template, objects)),
        commands=[name for name in outputs if name.endswith("Command")],
        cluster=any(True for _ in of_type(template, "AWS::EKS::Cluster")),
        admins=sorted({each for each in admins if each}),
    )


def _unfilled(template: Template, objects: list[Object]) -> Iterator[Unfilled]:
    known = values(template)
    for address, secret in of_type(template, "AWS::SecretsManager::Secret"):
        text = known.text(secret.get("SecretString"))
        fields = _fields(text) if text is not None else None
        if fields and not all(fields.values()):
            name = known.text(secret.get("Name"))
            yield Unfilled(
                address=address,
                id=quote(name) if name else f'"{physical(address, template)}"',
                description=known.text(secret.get("Description")) or "",
                fields=json.dumps({key: value or "…" for key, value in fields.items()}, ensure_ascii=False),
                restart=[*_services(address, template), *_pods(name, objects)],
            )


def _fields(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _services(secret: str, template: Template) -> Iterator[str]:
    """ECS services whose tasks read the secret."""
    readers = {
        address
        for address, task in of_type(template, "AWS::ECS::TaskDefinition")
        if json.dumps({"Ref": secret}) in json.dumps(task)
    }
    for address, service in of_type(template, "AWS::ECS::Service"):
        if service.get("TaskDefinition", {}).get("Ref") in readers:
            cluster = physical(service["Cluster"]["Ref"], template)
            yield (
                "aws ecs update-service --force-new-deployment --query service.serviceName"
                f' --cluster "{cluster}" --service "{physical(address, template)}"'
            )


def _pods(secret: str | None, objects: list[Object]) -> Iterator[str]:
    """What External Secrets copies, then the workloads that read it when they start."""
    for each in objects:
        if each["kind"] != "ExternalSecret":
            continue
        keys = {one["secretKey"] for one in each["spec"].get("data", []) if one["remoteRef"]["key"] == secret}
        if keys:
            where = f"-n {each['metadata'].get('namespace', 'default')}"
            target = each["spec"].get("target", {}).get("name", each["metadata"]["name"])
            yield (
                f"kubectl annotate externalsecret {where} {each['metadata']['name']} --overwrite"
                ' force-sync="$(date +%s)"'
            )
            for workload in objects:
                if workload["kind"] in ("Deployment", "StatefulSet") and _reads(workload, target, keys):
                    name = f"{workload['kind'].lower()}/{workload['metadata']['name']}"
                    yield f"kubectl rollout restart {where} {name}"


def _reads(value: Any, name: str, keys: set[str]) -> bool:
    match value:
        case {"secretKeyRef": {"name": str(named), "key": str(key)}}:
            return named == name and key in keys
        case dict():
            return any(_reads(each, name, keys) for each in value.values())
        case list():
            return any(_reads(each, name, keys) for each in value)
    return False
