"""What belongs to EKS clusters and is not of them: add-ons, access entries, Pod Identity."""

import os
from collections.abc import Mapping
from typing import Any

from commands.local.emulator.clients import client
from commands.local.emulator.rows import Call, Place, Row, camel

ADDONS = "kube-system"
"""The namespace of the add-ons' pods."""
Parameters = Mapping[str, Any]


def _chosen(place: Place, *names: str) -> dict[str, Any]:
    """These properties in the API's shape; tags are a map there."""
    chosen: dict[str, Any] = camel(
        {name: place.properties[name] for name in names if name in place.properties}
    )
    if tags := place.properties.get("Tags"):
        chosen["tags"] = {tag["Key"]: str(tag["Value"]) for tag in tags}
    return chosen


def _untagged(parameters: dict[str, Any]) -> Parameters:
    return {name: value for name, value in parameters.items() if name != "tags"}


def _eks(place: Place) -> Any:
    return client("eks", url=os.environ["AWS_ENDPOINT_URL"], account=place.account, region=place.region)


def _addon(place: Place) -> Parameters:
    return _chosen(
        place, "ClusterName", "AddonName", "AddonVersion", "ResolveConflicts", "ConfigurationValues"
    )


def _changed_addon(place: Place) -> Parameters:
    return _untagged(dict(_addon(place)))


def _identities(place: Place) -> list[Parameters]:
    """An add-on's Pod Identity associations, which EKS makes with it."""
    cluster = place.properties["ClusterName"]
    return [
        {
            "clusterName": cluster,
            "namespace": ADDONS,
            "serviceAccount": each["ServiceAccount"],
            "roleArn": each["RoleArn"],
        }
        for each in place.properties.get("PodIdentityAssociations") or []
    ]


def _identities_there(place: Place) -> list[Parameters]:
    """Those that EKS made with the add-on, as their deletion names them."""
    cluster = place.properties["ClusterName"]
    accounts = {each["ServiceAccount"] for each in place.properties.get("PodIdentityAssociations") or []}
    found = _eks(place).list_pod_identity_associations(clusterName=cluster, namespace=ADDONS)["associations"]
    return [
        {"clusterName": cluster, "associationId": each["associationId"]}
        for each in found
        if each["serviceAccount"] in accounts
    ]


def _entry(place: Place) -> Parameters:
    return _chosen(place, "ClusterName", "PrincipalArn", "KubernetesGroups", "Username", "Type")


def _changed_entry(place: Place) -> Parameters:
    return _untagged(_chosen(place, "ClusterName", "PrincipalArn", "KubernetesGroups", "Username"))


def _policies(place: Place) -> list[Parameters]:
    entry = _chosen(place, "ClusterName", "PrincipalArn")
    wanted = camel(place.properties.get("AccessPolicies") or [])
    return [{**_untagged(entry), **policy} for policy in wanted]


def _policies_too_many(place: Place) -> list[Parameters]:
    """What the entry has and the template no longer gives it."""
    entry = _untagged(_chosen(place, "ClusterName", "PrincipalArn"))
    wanted = {policy["policyArn"] for policy in _policies(place)}
    found = _eks(place).list_associated_access_policies(**entry)["associatedAccessPolicies"]
    return [{**entry, "policyArn": each["policyArn"]} for each in found if each["policyArn"] not in wanted]


def _association(place: Place) -> Parameters:
    return _chosen(
        place, "ClusterName", "Namespace", "ServiceAccount", "RoleArn", "TargetRoleArn", "DisableSessionTags"
    )


def _changed_association(place: Place) -> Parameters:
    wanted = _chosen(place, "ClusterName", "RoleArn", "TargetRoleArn", "DisableSessionTags")
    return {**_untagged(wanted), "associationId": place.attributes["AssociationId"]}


MAKE_IDENTITIES = Call(service="eks", operation="create_pod_identity_association", parameters=_identities)
DELETE_IDENTITIES = Call(
    service="eks", operation="delete_pod_identity_association", parameters=_identities_there
)
SET_POLICIES = Call(service="eks", operation="associate_access_policy", parameters=_policies)

ROWS = [
    Row(
        type="AWS::EKS::Addon",
        ref="{prop:ClusterName}|{prop:AddonName}",
        create=(
            Call(
                service="eks", operation="create_addon", parameters=_addon, answers={"Arn": "addon.addonArn"}
            ),
            MAKE_IDENTITIES,
        ),
        update=(
            Call(service="eks", operation="update_addon", parameters=_changed_addon),
            DELETE_IDENTITIES,
            MAKE_IDENTITIES,
        ),
        delete=(
            DELETE_IDENTITIES,
            Call(
                service="eks",
                operation="delete_addon",
                parameters={"clusterName": "{prop:ClusterName}", "addonName": "{prop:AddonName}"},
            ),
        ),
    ),
    Row(
        type="AWS::EKS::AccessEntry",
        ref="{prop:PrincipalArn}|{prop:ClusterName}",
        create=(
            Call(
                service="eks",
                operation="create_access_entry",
                parameters=_entry,
                answers={"AccessEntryArn": "accessEntry.accessEntryArn"},
            ),
            SET_POLICIES,
        ),
        update=(
            Call(service="eks", operation="update_access_entry", parameters=_changed_entry),
            Call(service="eks", operation="disassociate_access_policy", parameters=_policies_too_many),
            SET_POLICIES,
        ),
        delete=(
            Call(
                service="eks",
                operation="delete_access_entry",
                parameters={"clusterName": "{prop:ClusterName}", "principalArn": "{prop:PrincipalArn}"},
            ),
        ),
    ),
    Row(
        type="AWS::EKS::PodIdentityAssociation",
        ref="{attr:AssociationArn}",
        create=(
            Call(
                service="eks",
                operation="create_pod_identity_association",
                parameters=_association,
                answers={
                    "AssociationArn": "association.associationArn",
                    "AssociationId": "association.associationId",
                },
            ),
        ),
        update=(
            Call(
                service="eks",
                operation="update_pod_identity_association",
                parameters=_changed_association,
            ),
        ),
        delete=(
            Call(
                service="eks",
                operation="delete_pod_identity_association",
                parameters={"clusterName": "{prop:ClusterName}", "associationId": "{attr:AssociationId}"},
            ),
        ),
    ),
]
