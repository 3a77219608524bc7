"""The id of a list of addresses that AWS keeps."""

from aws_cdk import Acknowledgment, CustomResource, Duration, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.compute.custom_resource_handler import CustomResourceHandler


class ManagedPrefixListId(Construct):
    """Custom::ManagedPrefixList: `prefix_list_id`, which differs in each region, found without credentials at synth."""

    prefix_list_id: str

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        handler = CustomResourceHandler.of(
            self,
            "prefix_list.handler",
            description="Finds the id of a managed prefix list",
            timeout=Duration.minutes(1),
        )
        permissions = iam.Policy(
            self,
            "Permissions",
            roles=[handler.role],
            statements=[iam.PolicyStatement(actions=["ec2:DescribeManagedPrefixLists"], resources=["*"])],
        )
        Validations.of(permissions).acknowledge(
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="ec2:DescribeManagedPrefixLists knows no resources; it reads what is public.",
            )
        )
        found = CustomResource(
            self,
            "Resource",
            resource_type="Custom::ManagedPrefixList",
            service_token=handler.service_token,
            properties={"PrefixListName": name},
        )
        found.node.add_dependency(permissions)
        self.prefix_list_id = found.get_att_string("PrefixListId")
