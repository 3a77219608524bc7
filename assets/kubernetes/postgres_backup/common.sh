# What the scripts share; read with `.`, after HERE is set to their folder.

say() { echo "postgres-backup: $*"; }
fail() {
  echo "postgres-backup: $*" >&2
  exit 1
}

# Each major version of pg_dump and pg_restore reads and writes what its own server understands.
same_major_version() {
  client=$("$1" --version | sed -n 's/^[a-z_]* (PostgreSQL) \([0-9]*\).*/\1/p')
  server=$(psql -XAtqc 'SHOW server_version_num') || fail "no session on ${PGHOST:?}; the line above says why"
  [ "$client" = "$((server / 10000))" ] || fail "$1 is of PostgreSQL $client and the server of $((server / 10000)); use an image of the server's major version"
}

count_rows() {
  psql -Xq --set=ON_ERROR_STOP=1 --file="$HERE/rows.sql"
}

# restore_and_count DUMP ROWS: into the empty database that PG* names, all or nothing.
restore_and_count() {
  pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$PGDATABASE" "$1" ||
    fail "$1 cannot be restored; the lines above say why"
  count_rows >"$2.restored" || fail "the restored rows cannot be counted"
  cmp -s "$2" "$2.restored" || fail "the restored tables have other numbers of rows than the backup: $(diff "$2" "$2.restored" | grep '^[<>]' | head -5 | tr '\n' ' ')"
}
