"""The function that decides which groups a token carries."""

import json
from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.python_function import PythonFunction


class PreTokenGeneration(PythonFunction):
    """Lambda function for Cognito's pre-token-generation trigger (answer V1_0); `function`.

    Groups that are not ours never reach the application, and whoever is in none gets one that it refuses.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        groups: tuple[str, ...],
        group_map: Mapping[str, str],
    ) -> None:
        """`group_map`: a provider's group → one of `groups`. `key` encrypts the function's log."""
        super().__init__(
            scope,
            construct_id,
            folder="pre_token_generation",
            handler="index.handler",
            description="Gives tokens the groups that the application knows",
            role_description="Function that gives tokens their groups: writes its log, nothing else",
            timeout=Duration.seconds(5),
            environment={
                "ALLOWED_GROUPS": ",".join(groups),
                "GROUP_MAP": json.dumps(dict(group_map), sort_keys=True),
            },
            encryption_key=key,
        )
