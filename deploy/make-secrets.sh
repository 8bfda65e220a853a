#!/bin/sh
# Makes the secrets of docker-compose.yml, each in a file of its own below secrets/. What is there stays as it is.
# The containers run as several users, so the files are readable; the folder lets nobody but its owner in.
set -eu
umask 022
cd "$(dirname "$0")/.."
mkdir -p secrets
chmod 700 secrets

# put NAME VALUE
put() {
  [ -s "secrets/$1" ] && return
  printf '%s\n' "$2" >"secrets/$1.new"
  chmod 444 "secrets/$1.new"
  mv "secrets/$1.new" "secrets/$1"
  echo "made secrets/$1"
}
random() { openssl rand -hex "$1"; }

put postgres-password "$(random 24)"
put temporal-postgres-password "$(random 24)"
put redis-password "$(random 24)"
put database-url "postgres://bootready:$(cat secrets/postgres-password)@postgres:5432/bootready"
# One login for each kind of process: "bootready migrate --login" makes them.
for role in api worker queues; do
  put "database-url-$role" "postgres://bootready_${role}_login:$(random 24)@postgres:5432/bootready"
done
put redis-url "redis://:$(cat secrets/redis-password)@redis:6379"
put s3-access-key "bootready-$(random 4)"
put s3-secret-key "$(random 24)"
# One user for each kind of process: "bootready store-users" makes them.
for role in api worker queues; do
  put "s3-secret-key-$role" "$(random 24)"
done
put events-secret "$(random 24)"
put secrets-key "$(random 32)"
echo 'Keep a copy of secrets/ in a safe place: without secrets-key the secrets of webhooks in the database are lost.'
