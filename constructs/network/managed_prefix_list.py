"""The id of a list of addresses that AWS keeps."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.handled_resource import HandledResource


class ManagedPrefixListId(HandledResource):
    """Custom::ManagedPrefixList: `prefix_list_id`, which differs in each region, found without credentials at synth."""

    prefix_list_id: str

    def __init__(self, scope: Construct, construct_id: str, *, name: str, key: kms.IKey) -> None:
        """`key` encrypts the function's log."""
        super().__init__(
            scope,
            construct_id,
            resource_type="Custom::ManagedPrefixList",
            properties={"PrefixListName": name},
            handler="prefix_list.handler",
            description="Finds the id of a managed prefix list",
            timeout=Duration.minutes(1),
            statements=[iam.PolicyStatement(actions=["ec2:DescribeManagedPrefixLists"], resources=["*"])],
            wildcards={"*": "ec2:DescribeManagedPrefixLists knows no resources; it reads what is public."},
            key=key,
        )
        self.prefix_list_id = self.resource.get_att_string("PrefixListId")
