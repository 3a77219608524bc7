#!/bin/sh
# Restores the new dump into a PostgreSQL server of its own, below $WORK and without a network, and counts again.
set -eu
HERE=$(dirname "$0")
. "$HERE/common.sh"
: "${WORK:?}"

name=$(cat "$WORK/name")
scratch="$WORK/verify"
stop() {
  pg_ctl --pgdata="$scratch/data" --mode=immediate --silent stop 2>/dev/null || true
  rm -rf "$scratch"
}
trap stop EXIT
mkdir "$scratch"

(cd "$WORK" && sha256sum -c "$name.sha256" >/dev/null) || fail "$name.dump is not what was dumped"
initdb --pgdata="$scratch/data" --username=verify --auth=trust --encoding=UTF8 --no-sync >"$scratch/log" 2>&1 ||
  fail "no server to verify with: $(tail -1 "$scratch/log")"
pg_ctl --pgdata="$scratch/data" --log="$scratch/log" --wait --silent \
  --options="-c listen_addresses= -c unix_socket_directories=$scratch -c fsync=off" start ||
  fail "no server to verify with: $(tail -1 "$scratch/log")"
unset PGPASSWORD PGSSLMODE PGSSLROOTCERT PGPORT
export PGHOST="$scratch" PGUSER=verify PGDATABASE=verify
createdb verify
restore_and_count "$WORK/$name.dump" "$WORK/$name.rows"
say "$name: restored and counted"
