"""Backups that fail, and backups that are not made."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import Audience
from constructs.observability.notice import Notice
from constructs.observability.watch import MISSING_IS_WRONG, Watch

GAVE_UP = ["EXPIRED", "ABORTED"]


class BackupWatch(Watch):
    """Alarms on the jobs of one vault; notices of copies from it and of restores that fail."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        vault_name: str,
        vault_arn: str,
        copy_failed: str,
    ) -> None:
        """`copy_failed`: what a missing copy means."""
        super().__init__(scope, construct_id, audience=audience)
        self._vault_name = vault_name
        self._jobs()
        self._notices(vault_arn, copy_failed)

    def _metric(self, name: str, *, hours: int) -> cw.Metric:
        return cw.Metric(
            namespace="AWS/Backup",
            metric_name=name,
            dimensions_map={"BackupVaultName": self._vault_name},
            statistic="Sum",
            period=Duration.hours(hours),
        )

    def _jobs(self) -> None:
        self.alarm(
            "BackupFailed",
            self._metric("NumberOfBackupJobsFailed", hours=1),
            meaning="A backup job failed; yesterday's recovery point is the newest one.",
            first_step="read the job's message: aws backup list-backup-jobs --by-state FAILED; then start "
            "it again from there.",
            threshold=0,
            periods=1,
        )
        self.alarm(
            "BackupMissing",
            self._metric("NumberOfBackupJobsCompleted", hours=24),
            meaning="No backup was completed in the last day. (Expected on the first day of a deployment.)",
            first_step="look whether the backup plan is there and whether AWS Backup is switched on for "
            "Aurora and EFS: "
            "aws backup describe-region-settings.",
            threshold=1,
            comparison=cw.ComparisonOperator.LESS_THAN_THRESHOLD,
            periods=1,
            when_missing=MISSING_IS_WRONG,
        )
        done = self._metric("NumberOfBackupJobsCompleted", hours=1)
        failed = self._metric("NumberOfBackupJobsFailed", hours=1)
        self.graph("Backup jobs", {"completed": done, "failed": failed}, unit="jobs", width=24)

    def _notices(self, vault_arn: str, copy_failed: str) -> None:
        Notice(
            self,
            "BackupGivenUp",
            audience=self.audience,
            source="aws.backup",
            detail_types=["Backup Job State Change"],
            detail={"backupVaultName": [self._vault_name], "state": GAVE_UP},
            meaning="A backup job did not start or end in its window, or was stopped.",
            first_step="start it again: aws backup start-backup-job; if it happens daily, move "
            "backup.hour_utc.",
            details={"state": "$.detail.state", "resource": "$.detail.resourceArn"},
        )
        Notice(
            self,
            "CopyFailed",
            audience=self.audience,
            source="aws.backup",
            detail_types=["Copy Job State Change"],
            detail={"sourceBackupVaultArn": [vault_arn], "state": ["FAILED"]},
            meaning=f"A recovery point was not copied to the other region; {copy_failed}.",
            first_step="read the message of the copy job: aws backup list-copy-jobs --by-state FAILED; a "
            "key or a vault "
            "policy of the other region is the usual cause.",
            details={"message": "$.detail.statusMessage", "resource": "$.detail.resourceArn"},
        )
        Notice(
            self,
            "RestoreFailed",
            audience=self.audience,
            source="aws.backup",
            detail_types=["Restore Job State Change"],
            detail={"status": ["FAILED", "ABORTED"]},
            meaning="A restore job of this account and region failed; if it was a restore test, backups may "
            "be worthless.",
            first_step="read its message: aws backup list-restore-jobs --by-status FAILED; then restore by "
            "hand as the "
            "runbook says.",
            details={"message": "$.detail.statusMessage", "type": "$.detail.resourceType"},
        )
