"""What must be there before, and what people do after, is read from the templates of each system."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.bundle.afterwards import afterwards
from commands.bundle.again import taken
from commands.bundle.images import images
from commands.bundle.permissions import services
from commands.bundle.prerequisites import prerequisites
from commands.bundle.protections import command
from commands.bundle.rollback import obstacles, remains
from commands.flattened import flattened
from commands.manifest_files import objects

pytestmark = pytest.mark.xdist_group("bundle")  # one worker makes the folder, once


def before(assembly: Path, deployment: str) -> dict[str, tuple[str, bool]]:
    return {
        each.what: (each.look, each.is_example) for each in prerequisites(flattened(assembly, deployment))
    }


def test_what_open_webui_names_and_does_not_make(assembly: Path) -> None:
    told = before(assembly, "open-webui-prod")
    zone = (
        "Hosted zone `Z0123456789ABCDEFGHIJ`: public, of this account, delegated to from its parent, "
        "and without a record `chat.example.com`"
    )
    vault = "arn:aws:backup:eu-central-1:111122223333:backup-vault:open-webui-standby"
    assert told[zone] == ("aws route53 get-hosted-zone --id Z0123456789ABCDEFGHIJ", True)
    look, is_example = told[f"Backup vault that takes the copies `{vault}`, in eu-central-1"]
    assert look.endswith("--region eu-central-1 --backup-vault-name open-webui-standby")
    assert is_example
    assert [each for each in told if each.startswith("One of the 27 regions") and "eu-west-1" in each]
    assert "`aurora-postgresql` 16.15 offered in the region" in told


def test_what_aegisai_names_and_does_not_make(assembly: Path) -> None:
    told = before(assembly, "aegisai-prod")
    assert [each for each in told if each.startswith("Issued certificate `arn:aws:acm:eu-west-1:")]
    look, _ = told["Add-on `vpc-cni` v1.22.4-eksbuild.3 offered for Kubernetes 1.36"]
    assert look.endswith("--kubernetes-version 1.36 --addon-name vpc-cni")
    assert not [each for each in told if "Hosted zone" in each or "regions" in each]


def test_given_network_files_and_secrets_are_named(variants: Path) -> None:
    told = before(variants, "existing-vpc")
    assert told["VPC `vpc-0123456789abcdef0`, with DNS host names and resolution"][1]
    (subnets,) = (look for what, (look, _) in told.items() if what.startswith("Subnets"))
    assert subnets.count("subnet-000") == 4
    taken_over = " ".join(before(variants, "taken-over"))
    for noun in ("File system `", "Snapshot of the database `", "Secret `"):
        assert noun in taken_over
    assert "access-point" not in taken_over, "that is its own"


def test_images_come_with_what_was_known_of_their_tags(assembly: Path) -> None:
    (image,) = images(flattened(assembly, "open-webui-prod"), [])
    assert image.name == "ghcr.io/open-webui/open-webui:v0.12.4-slim"
    assert "look for this one before you deploy" in image.note
    assert not image.is_ours_to_push
    found = images(flattened(assembly, "aegisai-dev"), objects(assembly, "aegisai-dev"))
    assert {each.name.rpartition("/")[2] for each in found if each.is_ours_to_push} == {
        f"{name}:1.0.0"
        for name in (
            "gateway",
            "orchestrator",
            "validation",
            "extract-metadata",
            "extract-content",
            "ai-service",
        )
    }
    assert {each.name: each.note for each in found}["public.ecr.aws/aws-cli/aws-cli:2.36.44"].startswith(
        "Tag seen"
    )


def test_secrets_that_wait_come_with_format_command_and_restart(assembly: Path) -> None:
    (secret,) = afterwards(flattened(assembly, "open-webui-prod"), []).secrets
    assert (secret.id, json.loads(secret.fields)) == (
        "open-webui-prod/model-keys",
        {"openai_api_keys": "…", "embedding_api_key": "…"},
    )
    (restart,) = secret.restart
    assert restart.startswith("aws ecs update-service --force-new-deployment")
    assert "OpenWebUIService" in restart
    (keys,) = afterwards(flattened(assembly, "aegisai-dev"), objects(assembly, "aegisai-dev")).secrets
    assert keys.id == "aegisai-dev/provider-keys"
    assert [each.partition(" --overwrite")[0] for each in keys.restart] == [
        "kubectl annotate externalsecret -n aegisai app-secrets",
        "kubectl rollout restart -n aegisai deployment/ai-service",
    ]


def test_people_and_cluster_are_told(assembly: Path) -> None:
    chat = afterwards(flattened(assembly, "open-webui-dev"), [])
    assert (chat.emails, chat.people, chat.cluster) == (["ops@example.com"], ["admin@example.com"], False)
    media = afterwards(flattened(assembly, "aegisai-prod"), [])
    assert (media.people, media.cluster) == ([], True)
    assert media.admins == ["arn:aws:iam::111122223333:role/platform-admin"]
    assert "KubeconfigCommand" in media.commands


def test_names_that_a_deletion_leaves_taken_are_freed_one_by_one(assembly: Path) -> None:
    assert [(each.noun, each.name) for each in taken(flattened(assembly, "open-webui-prod"))] == [
        ("secret", "open-webui-prod/model-keys"),
        ("backup vault", "open-webui-prod"),
    ]
    found = {each.name: each.command for each in taken(flattened(assembly, "aegisai-prod"))}
    assert (
        found["aegisai-prod/gateway"]
        == "aws ecr delete-repository --force --repository-name aegisai-prod/gateway"
    )
    assert found["/aws/eks/aegisai-prod/cluster"].startswith("aws logs delete-log-group")
    assert all(found.values())
    assert list(taken(flattened(assembly, "aegisai-dev"))) == []


def test_roll_back_stops_at_what_is_protected_and_leaves_what_is_retained(assembly: Path) -> None:
    chat = flattened(assembly, "open-webui-prod")
    assert [command(each, chat).split()[1] for each in obstacles(chat)] == ["rds", "elbv2"]
    assert [kind for _, kind in remains(chat)] == ["AWS::S3::Bucket", "AWS::Cognito::UserPool"]
    media = flattened(assembly, "aegisai-prod")
    assert [command(each, media).split()[1] for each in obstacles(media)] == ["rds", "eks"]
    assert list(obstacles(flattened(assembly, "open-webui-dev"))) == []
    kept: dict[str, Any] = {"Type": "AWS::Cognito::UserPool", "Properties": {"DeletionProtection": "ACTIVE"}}
    found = {
        policy: len(list(obstacles({"Resources": {"Pool": {**kept, "DeletionPolicy": policy}}})))
        for policy in ("Retain", "RetainExceptOnCreate", "Delete")
    }
    assert found == {"Retain": 0, "RetainExceptOnCreate": 1, "Delete": 1}


def test_services_are_those_of_all_types(assembly: Path) -> None:
    told = services(flattened(assembly, "open-webui-prod"))
    assert {"acm", "cognito-idp", "elasticfilesystem", "backup-storage", "cloudformation", "s3"} <= set(told)
    assert {"eks", "ecr"} <= set(services(flattened(assembly, "aegisai-dev")))
