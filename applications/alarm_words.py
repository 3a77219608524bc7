"""What the e-mails of shared alarms say differently in each system."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AlarmWords:
    """Names of settings as the system's deployment file has them, and sentences about what runs there.

    dashboard: Markdown, with the fields `deployment` and `runbook`. surroundings: what the alarms beside those of the
    application stand around. database, cache, firewall: sections of the deployment file. old_login_of: who comes
    with it. cache_full, cache_throttled, copy_failed: what that means for people, without a full stop. The others:
    what to do first, whole sentences.
    """

    dashboard: str
    surroundings: str
    database: str
    cache: str
    firewall: str
    too_many_connections: str
    cache_full: str
    cache_throttled: str
    old_login_of: str
    old_login: str
    too_many_operations: str
    no_burst_credits: str
    slow_files: str
    copy_failed: str
