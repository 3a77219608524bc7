"""Permission to call named models of Amazon Bedrock."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Aws, Validations
from aws_cdk import aws_iam as iam

GEOGRAPHIES = ("us", "us-gov", "eu", "apac", "jp", "au", "ca", "global")
"""First labels of the ids of cross-region inference profiles."""
ACTIONS = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]


def allow_models(role: iam.Role, *, model_ids: Sequence[str]) -> None:
    """Let `role` call these models and inference profiles; the model behind a profile through that profile alone."""
    models = [model for model in model_ids if not _behind(model)]
    if models:
        arns = [f"arn:{Aws.PARTITION}:bedrock:{Aws.REGION}::foundation-model/{model}" for model in models]
        role.add_to_policy(iam.PolicyStatement(actions=ACTIONS, resources=arns))
    for profile in model_ids:
        if model := _behind(profile):
            _allow_profile(role, profile=profile, model=model)


def _behind(model_id: str) -> str | None:
    """The model that an inference profile stands for; None for a model itself."""
    geography, _, model = model_id.partition(".")
    return model if geography in GEOGRAPHIES else None


def _allow_profile(role: iam.Role, *, profile: str, model: str) -> None:
    arn = f"arn:{Aws.PARTITION}:bedrock:{Aws.REGION}:{Aws.ACCOUNT_ID}:inference-profile/{profile}"
    role.add_to_policy(iam.PolicyStatement(actions=ACTIONS, resources=[arn]))
    anywhere = [f"arn:{Aws.PARTITION}:bedrock:*::foundation-model/{model}"]
    if profile.startswith("global."):
        anywhere.append(f"arn:{Aws.PARTITION}:bedrock:::foundation-model/{model}")
    role.add_to_policy(
        iam.PolicyStatement(
            actions=ACTIONS,
            resources=anywhere,
            conditions={"StringEquals": {"bedrock:InferenceProfileArn": arn}},
        )
    )
    Validations.of(role).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:*::foundation-model/{model}]",
            reason="The profile chooses the region; the condition allows the model through this profile alone.",
        )
    )
