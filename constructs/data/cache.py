"""A Redis-compatible cache that tasks share."""

from aws_cdk import Acknowledgment, Names, RemovalPolicy, SecretValue, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.network.subnet_fingerprint import fingerprint

USER = "application"
ACCESS = "on ~* &* +@all -@admin"
"""All keys and channels, since the cache is one application's; administration is ElastiCache's."""
MOST_SUBNETS = 3
"""ElastiCache Serverless takes two or three, each in a zone of its own."""
BY_HAND = (
    "The cache's user, the secret with its password and the finished address change together in one "
    "deployment, followed by a restart of the tasks (runbook); rotating the secret alone would lock them out."
)


class Cache(Construct):
    """ElastiCache Serverless for Valkey: encrypted, TLS only (it has nothing else), one user with a password.

    `secret`: `url`, finished, `rediss://user:password@host:port/0` (cluster mode); `serverless_cache_name`.
    Nothing in it must last, so it goes with the stack in every environment.
    """

    secret: sm.ISecret
    serverless_cache_name: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        key: kms.IKey,
        engine_version: str,
        max_data_gb: int,
        max_ecpu_per_second: int,
        snapshot_days: int,
        secret_name: str | None = None,
    ) -> None:
        """`snapshot_days`: days that daily snapshots are kept, 0 for none.

        `secret_name`: physical name of `secret`, where something finds it by name alone.
        """
        super().__init__(scope, construct_id)
        password = self._define_password(key)
        subnets = vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, one_per_az=True).subnets[
            :MOST_SUBNETS
        ]
        # L1 from here on: the library has no L2. AWS wants names; they come from the construct's path.
        cache = elasticache.CfnServerlessCache(
            self,
            "Resource",
            engine="valkey",
            major_engine_version=engine_version,
            # Other subnets mean another cache, which is made beside the old one and cannot have its name.
            serverless_cache_name=self._name(f"-{fingerprint(subnets)}"),
            description="Events between tasks, revoked sessions",
            kms_key_id=key.key_arn,
            security_group_ids=[security_group.security_group_id],
            subnet_ids=[subnet.subnet_id for subnet in subnets],
            user_group_id=self._define_user_group(password).ref,
            cache_usage_limits=elasticache.CfnServerlessCache.CacheUsageLimitsProperty(
                data_storage=elasticache.CfnServerlessCache.DataStorageProperty(
                    unit="GB", maximum=max_data_gb
                ),
                ecpu_per_second=elasticache.CfnServerlessCache.ECPUPerSecondProperty(
                    maximum=max_ecpu_per_second
                ),
            ),
            snapshot_retention_limit=snapshot_days,
        )
        self.serverless_cache_name = cache.ref
        address = f"{cache.attr_endpoint_address}:{cache.attr_endpoint_port}"
        self.secret = self._define_secret(
            key, secret_name, f"rediss://{USER}:{password.unsafe_unwrap()}@{address}/0"
        )

    def _define_password(self, key: kms.IKey) -> SecretValue:
        secret = sm.Secret(
            self,
            "Password",
            description="Password of the cache's user; tasks read the address that is made of it",
            encryption_key=key,
            generate_secret_string=sm.SecretStringGenerator(
                secret_string_template="{}",  # noqa: S106 -- a template without a password
                generate_string_key="password",
                password_length=64,
                exclude_punctuation=True,
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        Validations.of(secret).acknowledge(Acknowledgment(id="AwsSolutions-SMG4", reason=BY_HAND))
        return secret.secret_value_from_json("password")

    def _define_user_group(self, password: SecretValue) -> elasticache.CfnUserGroup:
        """The application's user, and `default`, which clients without a name get, switched off."""
        users = [
            elasticache.CfnUser(
                self,
                construct_id,
                engine="valkey",
                user_id=self._name(suffix),
                user_name=name,
                access_string=access,
                authentication_mode={"Type": "password", "Passwords": [password.unsafe_unwrap()]},
            )
            for construct_id, suffix, name, access in (
                ("User", "-app", USER, ACCESS),
                ("NoDefaultUser", "-off", "default", "off ~* -@all"),
            )
        ]
        return elasticache.CfnUserGroup(
            self,
            "UserGroup",
            engine="valkey",
            user_group_id=self._name("-acl"),
            user_ids=[user.ref for user in users],
        )

    def _define_secret(self, key: kms.IKey, name: str | None, url: str) -> sm.Secret:
        secret = sm.Secret(
            self,
            "Secret",
            secret_name=name,
            description="Address of the cache, its user's password in it",
            encryption_key=key,
            secret_object_value={"url": SecretValue.unsafe_plain_text(url)},
            removal_policy=RemovalPolicy.DESTROY,
        )
        Validations.of(secret).acknowledge(Acknowledgment(id="AwsSolutions-SMG4", reason=BY_HAND))
        return secret

    def _name(self, suffix: str) -> str:
        unique = Names.unique_resource_name(self, max_length=40 - len(suffix), separator="-")
        return f"{unique}{suffix}".lower()
