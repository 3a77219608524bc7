#!/bin/sh
# Keeps the verified dump of $WORK in $STORE, reads it back, and only then removes what is old.
# A backup is whole when its .sha256 is there: it is put last and removed first.
set -eu
HERE=$(dirname "$0")
. "$HERE/common.sh"
. "$HERE/store.sh"
: "${WORK:?}" "${STORE:?}" "${KEEP_DAYS:?}" "${KEEP_AT_LEAST:?}" "${JOB_MINUTES:?}"

# Removes backups older than $KEEP_DAYS days that are not among the newest $KEEP_AT_LEAST.
prune() {
  oldest=$(date -u -d "@$(($(date +%s) - KEEP_DAYS * 86400))" +%Y%m%dT%H%M%SZ)
  backups >"$WORK/backups" || return
  sort -r "$WORK/backups" | tail -n "+$((KEEP_AT_LEAST + 1))" | while read -r old; do
    taken=${old##*-}
    if expr "x$taken" '<' "x$oldest" >/dev/null; then
      for part in sha256 dump rows; do
        remove "$old.$part" || fail "$old.$part cannot be removed from $STORE"
      done
      say "$old: removed, older than $KEEP_DAYS days"
    fi
  done
}

# Half a backup would take space that nothing frees.
take_back() {
  for part in sha256 rows dump; do
    remove "$name.$part" || true
  done
  fail "$1; older backups are untouched"
}

name=$(cat "$WORK/name")
wanted=$(cut -d ' ' -f 1 "$WORK/$name.sha256")
lost="$name.dump did not reach $STORE"
remove_remains
if ! put "$WORK/$name.dump" "$name.dump"; then
  has_limited_space || fail "$lost; older backups are untouched"
  # A volume may be full of what has expired since a backup was kept last.
  prune || fail "$lost; older backups are untouched"
  put "$WORK/$name.dump" "$name.dump" ||
    fail "$lost, which may be full: raise backup_job.storage, or lower backup_job.retention_days; backups that have not expired are untouched"
fi
kept=$(sum_of "$name.dump") || take_back "$name.dump cannot be read back from $STORE"
[ "$kept" = "$wanted" ] || take_back "$STORE gave back something else as $name.dump"
put "$WORK/$name.rows" "$name.rows" || take_back "$name.rows did not reach $STORE"
put "$WORK/$name.sha256" "$name.sha256" || take_back "$name.sha256 did not reach $STORE"
say "$name: kept in $STORE"
prune || fail "$name is kept, but older backups in $STORE cannot be listed or removed"
