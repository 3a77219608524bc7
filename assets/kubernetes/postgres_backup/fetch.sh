#!/bin/sh
# Brings the backup $BACKUP (a name, or `latest`) from $STORE into $WORK and checks that it is whole.
set -eu
HERE=$(dirname "$0")
. "$HERE/common.sh"
. "$HERE/store.sh"
: "${WORK:?}" "${STORE:?}" "${BACKUP:?}"

name=$BACKUP
if [ "$name" = latest ]; then
  backups >"$WORK/backups" || fail "$STORE cannot be listed"
  name=$(sort "$WORK/backups" | tail -n 1)
  [ -n "$name" ] || fail "$STORE holds no backup"
fi
for part in sha256 dump rows; do
  get "$name.$part" "$WORK/$name.$part" || fail "$name.$part is not to be had from $STORE; the backups are: $(backups | sort -r | head -10 | tr '\n' ' ')"
done
(cd "$WORK" && sha256sum -c "$name.sha256" >/dev/null) || fail "$name.dump is damaged; take another backup"
echo "$name" >"$WORK/name"
say "$name: fetched, $(wc -c <"$WORK/$name.dump") bytes"
