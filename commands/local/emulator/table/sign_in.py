"""What belongs to user pools, web ACLs and certificates."""

from collections.abc import Mapping
from typing import Any

from commands.local.emulator.rows import Call, Place, Row


def _user(place: Place) -> Mapping[str, Any]:
    names = (
        "UserPoolId",
        "Username",
        "UserAttributes",
        "ValidationData",
        "DesiredDeliveryMediums",
        "ForceAliasCreation",
        "MessageAction",
        "ClientMetadata",
    )
    return {name: place.properties[name] for name in names if name in place.properties}


def _provider(place: Place) -> Mapping[str, Any]:
    return dict(place.properties)


MEMBER = {"UserPoolId": "{prop:UserPoolId}", "Username": "{prop:Username}", "GroupName": "{prop:GroupName}"}
ACL = {"WebACLArn": "{prop:WebACLArn}", "ResourceArn": "{prop:ResourceArn}"}

ROWS = [
    Row(
        type="AWS::Cognito::ManagedLoginBranding",
        ref="{prop:UserPoolId}|{attr:ManagedLoginBrandingId}",
        attributes={"ManagedLoginBrandingId": "{uuid}"},
    ),
    Row(
        type="AWS::Cognito::UserPoolUser",
        ref="{prop:Username}",
        create=(Call(service="cognito-idp", operation="admin_create_user", parameters=_user),),
        delete=(
            Call(
                service="cognito-idp",
                operation="admin_delete_user",
                parameters={"UserPoolId": "{prop:UserPoolId}", "Username": "{ref}"},
            ),
        ),
    ),
    Row(
        type="AWS::Cognito::UserPoolUserToGroupAttachment",
        ref="{name}",
        create=(Call(service="cognito-idp", operation="admin_add_user_to_group", parameters=MEMBER),),
        delete=(Call(service="cognito-idp", operation="admin_remove_user_from_group", parameters=MEMBER),),
    ),
    Row(
        type="AWS::Cognito::UserPoolIdentityProvider",
        ref="{prop:ProviderName}",
        create=(Call(service="cognito-idp", operation="create_identity_provider", parameters=_provider),),
        delete=(
            Call(
                service="cognito-idp",
                operation="delete_identity_provider",
                parameters={"UserPoolId": "{prop:UserPoolId}", "ProviderName": "{ref}"},
            ),
        ),
    ),
    Row(
        type="AWS::WAFv2::WebACLAssociation",
        ref="{prop:WebACLArn}|{prop:ResourceArn}",
        create=(Call(service="wafv2", operation="associate_web_acl", parameters=ACL),),
        delete=(
            Call(
                service="wafv2",
                operation="disassociate_web_acl",
                parameters={"ResourceArn": "{prop:ResourceArn}"},
            ),
        ),
    ),
    Row(
        type="AWS::WAFv2::LoggingConfiguration",
        ref="{prop:ResourceArn}",
        attributes={"ManagedByFirewallManager": "false"},
    ),
]
