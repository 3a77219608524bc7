#!/bin/sh
# Dumps $PGDATABASE into $WORK, with the number of rows of each table as the dump's own snapshot sees them.
set -eu
HERE=$(dirname "$0")
. "$HERE/common.sh"
: "${WORK:?}" "${PGHOST:?}" "${PGDATABASE:?}"

same_major_version pg_dump
name="$PGDATABASE-$(date -u +%Y%m%dT%H%M%SZ)"
export FILE="$WORK/$name.dump"

psql -Xq --set=ON_ERROR_STOP=1 --set=rows="$WORK/$name.rows" --set=count="$HERE/rows.sql" >"$WORK/psql.log" <<'SQL' || fail "no dump of $PGDATABASE was made; the lines above say why"
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\! pg_dump --format=custom --no-owner --no-privileges --snapshot="$SNAPSHOT" --file="$FILE.partial" && mv "$FILE.partial" "$FILE"
\o :rows
\i :count
COMMIT;
SQL
[ -s "$FILE" ] || fail "pg_dump wrote no dump of $PGDATABASE; the lines above say why"

(cd "$WORK" && sha256sum "$name.dump" >"$name.sha256")
echo "$name" >"$WORK/name"
say "$name: $(wc -c <"$FILE") bytes, $(wc -l <"$WORK/$name.rows") tables"
