"""What runs to its end: once, or on a schedule."""

from typing import Any

from constructs import Construct

from k8s.component import Component
from k8s.objects import PlainObject
from k8s.pod import Pod, template_of


class Job(PlainObject):
    """A Job cannot be changed: one whose pod may change later needs a name of its own each time."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        pod: Pod,
        deadline_seconds: int,
        retries: int = 0,
        suspended: bool = False,
    ) -> None:
        """
        Args:
            component: What it belongs to; the Job has its name.
            pod: What runs.
            deadline_seconds: After so long it has failed.
            retries: How often it is tried again.
            suspended: It waits until a person says `kubectl patch job NAME -p '{"spec": {"suspend": false}}'`.
        """
        spec = _job(pod, component, deadline_seconds, retries)
        super().__init__(
            scope,
            api_version="batch/v1",
            kind="Job",
            component=component,
            fields={"spec": {**spec, **({"suspend": True} if suspended else {})}},
        )


class CronJob(PlainObject):
    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        pod: Pod,
        schedule: str,
        deadline_seconds: int,
        retries: int = 0,
        suspended: bool = False,
    ) -> None:
        """
        Args:
            component: What it belongs to; the CronJob has its name.
            pod: What runs; never twice at once.
            schedule: Five fields of cron, in UTC.
            deadline_seconds: After so long one run has failed.
            retries: How often a run is tried again.
            suspended: It runs only when a person says `kubectl create job NAME --from=cronjob/NAME`.
        """
        super().__init__(
            scope,
            api_version="batch/v1",
            kind="CronJob",
            component=component,
            fields={
                "spec": {
                    "schedule": schedule,
                    "timeZone": "Etc/UTC",
                    "concurrencyPolicy": "Forbid",
                    # a control plane that was away for a while still starts the run
                    "startingDeadlineSeconds": 3600,
                    "successfulJobsHistoryLimit": 3,
                    "failedJobsHistoryLimit": 3,
                    **({"suspend": True} if suspended else {}),
                    "jobTemplate": {
                        "metadata": {"labels": component.labels},
                        "spec": _job(pod, component, deadline_seconds, retries),
                    },
                }
            },
        )


def _job(pod: Pod, component: Component, deadline_seconds: int, retries: int) -> dict[str, Any]:
    return {
        "activeDeadlineSeconds": deadline_seconds,
        "backoffLimit": retries,
        "template": template_of(pod, component, restart_policy="Never"),
    }
