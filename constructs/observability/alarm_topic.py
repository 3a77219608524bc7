"""Where alarms and notices go."""

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.security.deployment_key import DeploymentKey


class AlarmTopic(Construct):
    """An encrypted, TLS-only SNS topic that alarms and EventBridge rules publish to.

    `topic`, closed: what uses it elsewhere changes nothing here.
    """

    topic: sns.ITopic

    def __init__(
        self, scope: Construct, construct_id: str, *, email: str, display_name: str, name: str | None = None
    ) -> None:
        """`email`: asked by AWS to confirm, may be a parameter. `display_name`: sender of the e-mails.

        `name`: a fixed one, for publishers that are made before the topic; the key is then open to whoever may publish.
        Left out: a generated one, and only alarms and rules publish.
        """
        super().__init__(scope, construct_id)
        key = DeploymentKey(
            self,
            "Key",
            description="Encrypts alarm messages on their way",
            keep_data=False,  # messages are gone when they are delivered
            via=() if name is None else ("sns",),
            services=("cloudwatch.amazonaws.com", "events.amazonaws.com"),
        ).key
        topic = sns.Topic(
            self, "Resource", topic_name=name, display_name=display_name, master_key=key, enforce_ssl=True
        )
        _let_publish(topic)
        sns.Subscription(self, "Email", topic=topic, protocol=sns.SubscriptionProtocol.EMAIL, endpoint=email)
        self.topic = sns.Topic.from_topic_arn(self, "Closed", topic.topic_arn)


def _let_publish(topic: sns.Topic) -> None:
    alarms = Stack.of(topic).format_arn(
        service="cloudwatch",
        resource="alarm",
        resource_name="*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            sid="AlarmsOfThisAccount",
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnLike": {"aws:SourceArn": alarms},
            },
        )
    )
    # Without a condition: EventBridge fills in no condition key when it publishes to SNS, so that one would
    # drop every notice silently ("You can't use Condition blocks in Amazon SNS topic policies", EventBridge
    # user guide).
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            sid="RulesOfEventBridge",
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
        )
    )
