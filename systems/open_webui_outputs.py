"""Values of outputs: what a person opens or types to look into a deployment."""

from aws_cdk import Fn
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from applications.open_webui import CONTAINER

_DASHBOARD = (
    "https://${AWS::Region}.console.aws.amazon.com/cloudwatch/home?region=${AWS::Region}"
    "#dashboards/dashboard/${Name}"
)
_LOGS = "aws logs tail ${Group} --follow --region ${AWS::Region}"
_CONNECT = (
    "aws ecs execute-command --region ${AWS::Region} --cluster ${Cluster} "
    "--task $(aws ecs list-tasks --region ${AWS::Region} --cluster ${Cluster} --service-name ${Service} "
    f"--query 'taskArns[0]' --output text) --container {CONTAINER} --interactive --command /bin/bash"
)


def dashboard_url(dashboard: cloudwatch.Dashboard) -> str:
    """Where the console shows it."""
    return Fn.sub(_DASHBOARD, {"Name": dashboard.dashboard_name})


def logs_command(log_group: logs.ILogGroup) -> str:
    """Shows what the tasks log, as it comes."""
    return Fn.sub(_LOGS, {"Group": log_group.log_group_name})


def connect_command(service: ecs.FargateService) -> str:
    """Opens a shell in the application's container of one running task; needs the Session Manager plugin."""
    names = {"Cluster": service.cluster.cluster_name, "Service": service.service_name}
    return Fn.sub(_CONNECT, names)
