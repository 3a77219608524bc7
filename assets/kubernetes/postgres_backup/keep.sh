#!/bin/sh
# Keeps the verified dump of $WORK in $STORE, reads it back, and only then removes what is old.
# A backup is whole when its .sha256 is there: it is put last and removed first.
set -eu
HERE=$(dirname "$0")
. "$HERE/common.sh"
. "$HERE/store.sh"
: "${WORK:?}" "${STORE:?}" "${KEEP_DAYS:?}" "${KEEP_AT_LEAST:?}"

name=$(cat "$WORK/name")
wanted=$(cut -d ' ' -f 1 "$WORK/$name.sha256")
put "$WORK/$name.dump" "$name.dump" || fail "$name.dump did not reach $STORE; older backups are untouched"
kept=$(sum_of "$name.dump") || fail "$name.dump cannot be read back from $STORE; older backups are untouched"
[ "$kept" = "$wanted" ] || fail "$STORE holds something else as $name.dump; older backups are untouched"
put "$WORK/$name.rows" "$name.rows" || fail "$name.rows did not reach $STORE; older backups are untouched"
put "$WORK/$name.sha256" "$name.sha256" || fail "$name.sha256 did not reach $STORE; older backups are untouched"
say "$name: kept in $STORE"

oldest=$(date -u -d "@$(($(date +%s) - KEEP_DAYS * 86400))" +%Y%m%dT%H%M%SZ)
backups >"$WORK/backups" || fail "$STORE cannot be listed; $name is kept, nothing older was removed"
sort -r "$WORK/backups" | tail -n "+$((KEEP_AT_LEAST + 1))" | while read -r old; do
  taken=${old##*-}
  if expr "x$taken" '<' "x$oldest" >/dev/null; then
    for part in sha256 dump rows; do
      remove "$old.$part" || fail "$old.$part cannot be removed from $STORE; the new backup is kept"
    done
    say "$old: removed, older than $KEEP_DAYS days"
  fi
done
