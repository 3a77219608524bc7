"""Open WebUI's words in alarms that other systems have too."""

from applications.alarm_words import AlarmWords

WORDS = AlarmWords(
    dashboard="""## {deployment}
1. **Red on the right?** Its e-mail says what it means and what to do first.
2. **ServiceDown** is red: users get nothing. Look at *Healthy tasks*, then *running tasks*.
3. Tasks run, users wait: what is at its limit, tasks or database?
4. Nothing is at its limit: read the newest errors in the last row.

More about each alarm: `{runbook}`
""",
    surroundings="the tasks",
    database="database",
    cache="cache",
    firewall="firewall",
    too_many_connections="count the running tasks: each opens three pools; lower MaxTasks or raise "
    "database.max_capacity.",
    cache_full="people are signed out",
    cache_throttled="chats lose events",
    old_login_of="a task",
    old_login="restart the tasks, so that they read the newest password: "
    "aws ecs update-service --force-new-deployment.",
    too_many_operations="look who reads or writes so much: a backup, a scan or many small files; files.uploads: s3 "
    "takes uploads off it.",
    no_burst_credits="set files.throughput to elastic; it is changed in place, without interruption.",
    slow_files="look who reads or writes so much; with files.throughput: provisioned raise provisioned_mibps.",
    copy_failed="the standby would start from an older one",
)
