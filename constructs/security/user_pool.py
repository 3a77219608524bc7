"""The people who may sign in."""

from typing import Literal

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from constructs.data.retention import kept_as_made

PROVIDER_GROUPS = "groups"
"""Custom attribute that takes a provider's groups; always there, since a pool never loses an attribute."""
MFA = {"off": cognito.Mfa.OFF, "optional": cognito.Mfa.OPTIONAL, "required": cognito.Mfa.REQUIRED}
MFA_BY_SETTING = (
    "`sign_in.mfa` decides; production's preset requires it, and a provider's people bring its second factor."
)
NO_THREAT_PROTECTION = (
    "`sign_in.tier: plus` enforces it, at a price per monthly user that the deployment file accepts or not; "
    "without it stand long passwords, no self sign-up and Cognito's own lock-out of repeated attempts."
)


class UserPool(Construct):
    """A user pool that people are invited to: sign-in by e-mail address in any case, no self sign-up.

    `pool`.
    """

    pool: cognito.UserPool

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        origin: str,
        mfa: Literal["off", "optional", "required"],
        tier: Literal["essentials", "plus"],
        password_min_length: int,
        invitation_days: int,
        deletion_protection: bool,
        keep_data: bool,
    ) -> None:
        """`origin`: address that the invitation names."""
        super().__init__(scope, construct_id)
        plus = tier == "plus"
        self.pool = cognito.UserPool(
            self,
            "Resource",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            # Open WebUI knows people by their address: a new one counts when its owner has confirmed it.
            keep_original=cognito.KeepOriginalAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            custom_attributes={PROVIDER_GROUPS: cognito.StringAttribute(max_len=2048, mutable=True)},
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=MFA[mfa],
            mfa_second_factor=None if mfa == "off" else cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=password_min_length,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(invitation_days),
            ),
            feature_plan=cognito.FeaturePlan.PLUS if plus else cognito.FeaturePlan.ESSENTIALS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION
            if plus
            else None,
            user_verification=cognito.UserVerificationConfig(
                email_subject="Your code", email_body="Your code is {####}."
            ),
            user_invitation=_invitation(origin, invitation_days),
            deletion_protection=deletion_protection,
            removal_policy=kept_as_made(keep_data),
        )
        if mfa != "required":
            Validations.of(self.pool).acknowledge(
                Acknowledgment(id="AwsSolutions-COG2", reason=MFA_BY_SETTING)
            )
        if not plus:
            Validations.of(self.pool).acknowledge(
                Acknowledgment(id="AwsSolutions-COG3", reason=NO_THREAT_PROTECTION),
                Acknowledgment(id="AwsSolutions-COG8", reason=NO_THREAT_PROTECTION),
            )

    def add_group(self, name: str, *, description: str, precedence: int) -> cognito.UserPoolGroup:
        """A group; the application reads its name in the token."""
        return cognito.UserPoolGroup(
            self,
            f"{name}Group",
            user_pool=self.pool,
            group_name=name,
            description=description,
            precedence=precedence,
        )

    def invite(self, email: str, group: cognito.UserPoolGroup) -> None:
        """The first person, invited by e-mail with a password for one use."""
        # L1: the library has no L2 for users.
        person = cognito.CfnUserPoolUser(
            self,
            "FirstPerson",
            user_pool_id=self.pool.user_pool_id,
            username=email,
            desired_delivery_mediums=["EMAIL"],
            user_attributes=[
                cognito.CfnUserPoolUser.AttributeTypeProperty(name="email", value=email),
                cognito.CfnUserPoolUser.AttributeTypeProperty(name="email_verified", value="true"),
            ],
        )
        cognito.CfnUserPoolUserToGroupAttachment(
            self,
            "FirstPersonsGroup",
            user_pool_id=self.pool.user_pool_id,
            username=person.ref,
            group_name=group.group_name,
        )


def _invitation(origin: str, days: int) -> cognito.UserInvitationConfig:
    return cognito.UserInvitationConfig(
        email_subject="Your invitation",
        email_body=(
            f"<p>You are invited to <a href='{origin}'>{origin}</a>.</p>"
            "<p>Sign in as {username} with the password {####} "
            f"within {days} days; you are then asked for a password of your own.</p>"
        ),
    )
