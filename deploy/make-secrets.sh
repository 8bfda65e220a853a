#!/bin/sh
# Makes the secrets of an installation, each in a file of its own. What is there stays as it is. Without further settings these are the secrets of
# docker-compose.yml, in secrets/. For the Debian package: SECRETS=/etc/bootready/secrets POSTGRES=HOST:5432 REDIS=HOST:6379 sh make-secrets.sh
# The containers run as several users, so the files are readable; the folder lets nobody but its owner in.
set -eu
umask 022
if [ -z "${SECRETS:-}" ]; then
  cd "$(dirname "$0")/.."
  SECRETS=secrets
fi
: "${POSTGRES:=postgres:5432}" "${REDIS:=redis:6379}"
mkdir -p "$SECRETS"
chmod 700 "$SECRETS"

# put NAME VALUE
put() {
  [ -s "$SECRETS/$1" ] && return
  printf '%s\n' "$2" >"$SECRETS/$1.new"
  chmod 444 "$SECRETS/$1.new"
  mv "$SECRETS/$1.new" "$SECRETS/$1"
  echo "made $SECRETS/$1"
}
random() { openssl rand -hex "$1"; }

put postgres-password "$(random 24)"
put temporal-postgres-password "$(random 24)"
put redis-password "$(random 24)"
put database-url "postgres://bootready:$(cat "$SECRETS"/postgres-password)@$POSTGRES/bootready"
# One login for each kind of process: "bootready migrate --login" makes them.
for role in api worker queues; do
  put "database-url-$role" "postgres://bootready_${role}_login:$(random 24)@$POSTGRES/bootready"
done
put redis-url "redis://:$(cat "$SECRETS"/redis-password)@$REDIS"
put s3-access-key "bootready-$(random 4)"
put s3-secret-key "$(random 24)"
# One user for each kind of process: "bootready store-users" makes them.
for role in api worker queues; do
  put "s3-secret-key-$role" "$(random 24)"
done
put events-secret "$(random 24)"
put secrets-key "$(random 32)"
echo "Keep a copy of $SECRETS/ in a safe place: without secrets-key the secrets of webhooks in the database are lost."
