#!/bin/sh
# Extracts the facts of exec/catalog from an installed PostgreSQL 15.
#
#   extract.sh DIRECTORY
#
# writes one gzipped file in COPY's text format, with a header line, for each
# catalog that facts.sql names. PGBIN names the directory of initdb where it is
# not Debian's. PostgreSQL refuses to run as root, so root becomes postgres.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$1" && pwd)
bin=${PGBIN:-/usr/lib/postgresql/15/bin}
scratch=$(mktemp -d)
as=
if [ "$(id -u)" = 0 ]; then
	chown postgres "$scratch"
	as="setpriv --reuid=postgres --regid=postgres --clear-groups"
fi
cd "$scratch"
cleanup() {
	$as "$bin/pg_ctl" -D "$scratch/data" -m immediate -w stop >/dev/null 2>&1 || true
	rm -rf "$scratch"
}
trap cleanup EXIT INT TERM

$as "$bin/initdb" -D data -U postgres --locale=C --encoding=UTF8 --auth=trust >/dev/null
$as "$bin/pg_ctl" -D data -w -l log -o "-c listen_addresses='' -k $scratch -c fsync=off" start >/dev/null
$as mkdir out
$as "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$scratch" -U postgres -d postgres -f - <"$here/facts.sql"

for file in out/*.tsv; do
	gzip -9 -n -c "$file" >"$target/$(basename "$file").gz"
done
