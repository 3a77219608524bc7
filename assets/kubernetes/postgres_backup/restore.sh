#!/bin/sh
# Restores the fetched backup into $PGDATABASE, which must be empty, and counts the rows of each table.
set -eu
HERE=$(dirname "$0")
. "$HERE/common.sh"
: "${WORK:?}" "${PGHOST:?}" "${PGDATABASE:?}"

name=$(cat "$WORK/name")
same_major_version pg_restore
there=$(count_rows) || fail "$PGDATABASE cannot be read"
[ -z "$there" ] || fail "$PGDATABASE has tables already: $(echo "$there" | cut -d '|' -f 1 | head -5 | tr '\n' ' '); restore into an empty database"
restore_and_count "$WORK/$name.dump" "$WORK/$name.rows"
say "$name: restored into $PGDATABASE on $PGHOST, $(wc -l <"$WORK/$name.rows") tables"
