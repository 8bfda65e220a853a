#!/bin/sh
# As the real one for what compose asks of it: a new cluster with user, database and password, for clients of the network; while it is set up, the server
# answers on its socket only.
set -eu
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  chmod 700 "$PGDATA" 2>/dev/null || true
  initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE"
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  if [ "${POSTGRES_DB:-$POSTGRES_USER}" != postgres ]; then createdb -U "$POSTGRES_USER" "${POSTGRES_DB:-$POSTGRES_USER}"; fi
  # The real one is no quicker with files for its first start.
  sleep 2
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
[ "$1" != postgres ] || { shift; set -- postgres -c listen_addresses='*' "$@"; }
exec "$@"
