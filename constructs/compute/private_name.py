"""A name under which the VPC, and nobody else, reaches a service."""

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_servicediscovery as discovery
from constructs import Construct


class PrivateName(Construct):
    """`host`.`domain` in a private zone of the deployment's own; the tasks of a service answer to it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ecs.FargateService,
        vpc: ec2.IVpc,
        host: str,
        domain: str,
    ) -> None:
        super().__init__(scope, construct_id)
        names = discovery.PrivateDnsNamespace(
            self, "Default", name=domain, vpc=vpc, description="Services that only the VPC sees"
        )
        service.enable_cloud_map(cloud_map_namespace=names, name=host, dns_ttl=Duration.seconds(10))
