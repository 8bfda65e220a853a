#!/bin/sh
# The address that other parts of the server hear of, where it listens on all.
set -eu
own=$(getent hosts "$(hostname)" | cut -d ' ' -f 1)
: "${BIND_ON_IP:=$own}"
export BIND_ON_IP
if [ "$BIND_ON_IP" = 0.0.0.0 ]; then
  : "${TEMPORAL_BROADCAST_ADDRESS:=$own}"
  export TEMPORAL_BROADCAST_ADDRESS
fi
exec temporal-server start
