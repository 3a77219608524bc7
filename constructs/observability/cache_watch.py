"""An ElastiCache Serverless cache."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from constructs.observability.actionable_alarm import Audience
from constructs.observability.watch import Watch

MINUTE = 60
SHARE = 0.8


class CacheWatch(Watch):
    """Alarms on the cache's limits, and on requests that it refuses."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        audience: Audience,
        cache_name: str,
        max_data_gb: int,
        max_ecpu_per_second: int,
        section: str,
        full: str,
        throttled: str,
        old_login_of: str,
        old_login: str,
    ) -> None:
        """`section`: of the deployment file, as e-mails name it.

        `full`, `throttled`: what it means for users. `old_login_of`: who comes with an old password; `old_login`: what
        to do first then.
        """
        super().__init__(scope, construct_id, audience=audience)
        self._dimensions, self._section = {"clusterId": cache_name}, section
        self._data(max_data_gb, full)
        self._units(max_ecpu_per_second)
        self._refused(throttled, old_login_of, old_login)

    def _metric(self, name: str, statistic: str, *, minutes: int = 5) -> cw.Metric:
        return cw.Metric(
            namespace="AWS/ElastiCache",
            metric_name=name,
            dimensions_map=self._dimensions,
            statistic=statistic,
            period=Duration.minutes(minutes),
        )

    def _data(self, max_data_gb: int, full: str) -> None:
        used = self._metric("BytesUsedForCache", "Maximum")
        alarm = self.alarm(
            "CacheData",
            used,
            meaning=f"The cache holds more than 80 % of {max_data_gb} GB; what is over it is evicted, and "
            f"{full}.",
            first_step=f"raise {self._section}.max_data_gb; sessions and events are small, so look what fills it.",
            threshold=SHARE * max_data_gb * 1000**3,
            periods=3,
        )
        self.graph("Cache: data", {"bytes": used}, limits=[alarm], unit="bytes")

    def _units(self, max_ecpu_per_second: int) -> None:
        units = self._metric("ElastiCacheProcessingUnits", "Sum", minutes=1)
        alarm = self.alarm(
            "CacheRequests",
            units,
            meaning=f"The cache works at more than 80 % of {max_ecpu_per_second} processing units a second; "
            "beyond it "
            "requests are refused.",
            first_step=f"raise {self._section}.max_ecpu_per_second, a ceiling for cost.",
            threshold=SHARE * max_ecpu_per_second * MINUTE,
            periods=5,
        )
        self.graph("Cache: requests", {"units a minute": units}, limits=[alarm], unit="units a minute")

    def _refused(self, lost: str, who: str, restart: str) -> None:
        throttled = self._metric("ThrottledCmds", "Sum")
        unknown = self._metric("AuthenticationFailures", "Sum")
        self.alarm(
            "CacheThrottled",
            throttled,
            meaning=f"The cache refuses requests because they came faster than it may grow; {lost}.",
            first_step=f"raise {self._section}.max_ecpu_per_second; if it is far from reached, wait ten minutes: the "
            "cache is growing.",
            threshold=0,
            periods=2,
        )
        self.alarm(
            "CachePassword",
            unknown,
            meaning=f"The cache refuses the password of {who}.",
            first_step=restart,
            threshold=0,
            periods=2,
        )
        self.graph("Cache: refused", {"throttled": throttled, "wrong password": unknown}, unit="requests")
