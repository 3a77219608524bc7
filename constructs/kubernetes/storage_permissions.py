"""What the drivers of Amazon EBS and Amazon EFS may do; their published policies, for what we use of them."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from constructs.security.statements import allow

EBS_TAG = "ebs.csi.aws.com/cluster"
EFS_TAG = "efs.csi.aws.com/cluster"
"""The drivers put these tags, with the value `true`, on whatever they make."""
HERE = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
VOLUMES = f"arn:{Aws.PARTITION}:ec2:{HERE}:volume/*"
INSTANCES = f"arn:{Aws.PARTITION}:ec2:{HERE}:instance/*"
SNAPSHOTS = f"arn:{Aws.PARTITION}:ec2:{Aws.REGION}::snapshot/*"
ACCESS_POINTS = f"arn:{Aws.PARTITION}:elasticfilesystem:{HERE}:access-point/*"
MADE_LATER = "Made by the driver when a claim asks for it; conditions on its tag hold it to its own."
WILDCARDS = {
    "*": "Descriptions know no resources.",
    VOLUMES: MADE_LATER,
    SNAPSHOTS: MADE_LATER,
    ACCESS_POINTS: MADE_LATER,
    INSTANCES: "Nodes come and go; only tagged volumes are attached to them.",
}


def ebs_statements() -> list[iam.PolicyStatement]:
    """Make, attach, grow, snapshot and delete volumes that carry the driver's tag (AmazonEBSCSIDriverPolicyV2)."""
    own = {"StringEquals": {f"aws:ResourceTag/{EBS_TAG}": "true"}}
    new = {"StringEquals": {f"aws:RequestTag/{EBS_TAG}": "true"}}
    return [
        allow(
            [
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeInstances",
                "ec2:DescribeSnapshots",
                "ec2:DescribeVolumeStatus",
                "ec2:DescribeVolumes",
                "ec2:DescribeVolumesModifications",
            ],
            ["*"],
        ),
        allow(["ec2:CreateVolume"], [VOLUMES], new),
        allow(["ec2:CreateSnapshot"], [SNAPSHOTS], new),
        allow(
            [
                "ec2:AttachVolume",
                "ec2:CreateSnapshot",
                "ec2:DeleteVolume",
                "ec2:DetachVolume",
                "ec2:ModifyVolume",
            ],
            [VOLUMES],
            own,
        ),
        allow(["ec2:CreateVolume", "ec2:DeleteSnapshot"], [SNAPSHOTS], own),
        allow(["ec2:AttachVolume", "ec2:DetachVolume"], [INSTANCES]),
        allow(
            ["ec2:CreateTags"],
            [VOLUMES, SNAPSHOTS],
            {"StringEquals": {"ec2:CreateAction": ["CreateVolume", "CreateSnapshot"]}},
        ),
    ]


def efs_controller_statements(file_system_arn: str) -> list[iam.PolicyStatement]:
    """Make and delete access points of one file system."""
    own = {"StringEquals": {f"aws:ResourceTag/{EFS_TAG}": "true"}}
    return [
        allow(["ec2:DescribeAvailabilityZones"], ["*"]),
        allow(
            [
                "elasticfilesystem:DescribeAccessPoints",
                "elasticfilesystem:DescribeFileSystems",
                "elasticfilesystem:DescribeMountTargets",
            ],
            [file_system_arn, ACCESS_POINTS],
        ),
        allow(
            ["elasticfilesystem:CreateAccessPoint"],
            [file_system_arn],
            {"StringEquals": {f"aws:RequestTag/{EFS_TAG}": "true"}},
        ),
        allow(["elasticfilesystem:DeleteAccessPoint", "elasticfilesystem:TagResource"], [ACCESS_POINTS], own),
    ]


def efs_node_statements(file_system_arn: str) -> list[iam.PolicyStatement]:
    """Mount one file system through access points, which decide directory and user; never its root."""
    return [
        allow(
            ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            [file_system_arn],
            {"ArnLike": {"elasticfilesystem:AccessPointArn": ACCESS_POINTS}},
        ),
        allow(["elasticfilesystem:DescribeMountTargets"], [file_system_arn]),
        allow(["ec2:DescribeAvailabilityZones"], ["*"]),
    ]
