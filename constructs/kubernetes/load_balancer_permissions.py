"""What the AWS Load Balancer Controller may do: its published policy of 3.5.0, held to one cluster and one VPC.

Left out is what we do not use: Shield, WAF Classic, Cognito, certificates in IAM, IPAM, customer-owned addresses.
"""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from constructs.security.statements import allow

TAG = "elbv2.k8s.aws/cluster"
"""The controller puts it, with the name of the cluster, on whatever it makes."""
HERE = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
GROUPS = f"arn:{Aws.PARTITION}:ec2:{HERE}:security-group/*"
GROUP_RULES = f"arn:{Aws.PARTITION}:ec2:{HERE}:security-group-rule/*"
BALANCING = f"arn:{Aws.PARTITION}:elasticloadbalancing:{HERE}"
BALANCERS = (f"{BALANCING}:loadbalancer/app/*", f"{BALANCING}:loadbalancer/net/*")
TARGETS = f"{BALANCING}:targetgroup/*"
LISTENERS = tuple(
    f"{BALANCING}:{kind}/{family}/*" for kind in ("listener", "listener-rule") for family in ("app", "net")
)
SERVICE = "elasticloadbalancing.amazonaws.com"
SERVICE_ROLE = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/aws-service-role/{SERVICE}/*"
MADE_LATER = "Made by the controller for an Ingress or a Service; conditions on its tag hold it to its own."
WILDCARDS = {
    "*": "Descriptions, certificates' list and web ACL associations know no resources.",
    **dict.fromkeys((GROUPS, *BALANCERS, TARGETS), MADE_LATER),
    **dict.fromkeys(LISTENERS, "Part of a load balancer; the published policy has no condition here either."),
    GROUP_RULES: "Rules are made for the load balancers' way to the pods.",
    SERVICE_ROLE: "The service-linked role of Elastic Load Balancing; an account may not have it yet.",
}


def load_balancer_statements(*, cluster_name: str, vpc_id: str) -> list[iam.PolicyStatement]:
    """For one cluster. Ingress rules alone may be added to any group: the nodes' has no tag of the controller's."""
    own = {"StringEquals": {f"aws:ResourceTag/{TAG}": cluster_name}}
    new = {"StringEquals": {f"aws:RequestTag/{TAG}": cluster_name}}
    vpc = f"arn:{Aws.PARTITION}:ec2:{HERE}:vpc/{vpc_id}"
    return [
        allow(
            ["iam:CreateServiceLinkedRole"], [SERVICE_ROLE], {"StringEquals": {"iam:AWSServiceName": SERVICE}}
        ),
        allow(list(_READ), ["*"]),
        allow(["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"], [GROUPS, GROUP_RULES]),
        allow(["ec2:CreateSecurityGroup"], [vpc]),
        allow(["ec2:CreateSecurityGroup"], [GROUPS], new),
        allow(
            ["ec2:CreateTags"],
            [GROUPS],
            {"StringEquals": {**new["StringEquals"], "ec2:CreateAction": "CreateSecurityGroup"}},
        ),
        allow(["ec2:CreateTags", "ec2:DeleteSecurityGroup", "ec2:DeleteTags"], [GROUPS], own),
        allow(
            ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
            [*BALANCERS, TARGETS],
            new,
        ),
        allow(
            ["elasticloadbalancing:AddTags"],
            [*BALANCERS, TARGETS],
            {
                "StringEquals": {
                    **new["StringEquals"],
                    "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"],
                }
            },
        ),
        allow([f"elasticloadbalancing:{action}" for action in _CHANGE], [*BALANCERS, TARGETS], own),
        allow(
            ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"], [TARGETS], own
        ),
        allow(
            ["elasticloadbalancing:CreateListener", "elasticloadbalancing:SetWebAcl"], list(BALANCERS), own
        ),
        allow([f"elasticloadbalancing:{action}" for action in _LISTEN], list(LISTENERS)),
    ]


_READ = (
    *(
        f"ec2:{action}"
        for action in (
            "DescribeAccountAttributes",
            "DescribeAddresses",
            "DescribeAvailabilityZones",
            "DescribeInstances",
            "DescribeInternetGateways",
            "DescribeNetworkInterfaces",
            "DescribeRouteTables",
            "DescribeSecurityGroups",
            "DescribeSubnets",
            "DescribeTags",
            "DescribeVpcPeeringConnections",
            "DescribeVpcs",
            "GetSecurityGroupsForVpc",
        )
    ),
    *(
        f"elasticloadbalancing:Describe{noun}"
        for noun in (
            "CapacityReservation",
            "ListenerAttributes",
            "ListenerCertificates",
            "Listeners",
            "LoadBalancerAttributes",
            "LoadBalancers",
            "Rules",
            "SSLPolicies",
            "Tags",
            "TargetGroupAttributes",
            "TargetGroups",
            "TargetHealth",
            "TrustStores",
        )
    ),
    "acm:DescribeCertificate",
    "acm:ListCertificates",
    "wafv2:AssociateWebACL",
    "wafv2:DisassociateWebACL",
    "wafv2:GetWebACL",
    "wafv2:GetWebACLForResource",
)
_CHANGE = (
    "AddTags",
    "DeleteLoadBalancer",
    "DeleteTargetGroup",
    "ModifyCapacityReservation",
    "ModifyLoadBalancerAttributes",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "RemoveTags",
    "SetIpAddressType",
    "SetSecurityGroups",
    "SetSubnets",
)
_LISTEN = (
    "AddListenerCertificates",
    "AddTags",
    "CreateRule",
    "DeleteListener",
    "DeleteRule",
    "ModifyListener",
    "ModifyListenerAttributes",
    "ModifyRule",
    "RemoveListenerCertificates",
    "RemoveTags",
    "SetRulePriorities",
)
