"""AegisAI's words in alarms that other systems have too."""

from applications.alarm_words import AlarmWords

WORDS = AlarmWords(
    dashboard="""## {deployment}
1. **Red on the right?** Its e-mail says what it means and what to do first.
2. **PodsWithoutNode** is red: something is not running. `kubectl get pods -A`.
3. All pods run, users wait: what is at its limit, database, cache or files?
4. Nothing is at its limit: Grafana has the services, their errors and their volumes.

More about each alarm: `{runbook}`
""",
    surroundings="the pods",
    database="postgresql",
    cache="redis",
    firewall="ingress.firewall",
    too_many_connections="count the pods of the gateway: each opens a pool; lower services.gateway.max_replicas or "
    "raise postgresql.max_capacity.",
    cache_full="messages between services are lost",
    cache_throttled="services wait for one another",
    old_login_of="a pod",
    old_login="restart the pods, so that they read the newest password: kubectl rollout restart deployment in the "
    "namespace.",
    too_many_operations="look who reads or writes so much: a backup, a scan, or a worker with many small files.",
    no_burst_credits="set the file system to elastic throughput in the EFS console, without interruption.",
    slow_files="look which worker reads or writes so much; lower its max_replicas.",
    copy_failed="there you would begin with an older one",
)
