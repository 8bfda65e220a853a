#!/bin/sh
# Its configuration is written beside the program, as by the real one.
set -eu
printf 'temporalGrpcAddress: %s\nport: 8080\nhost: 0.0.0.0\nenableUi: true\n' "$TEMPORAL_ADDRESS" >config/docker.yaml
exec ./ui-server --env docker start
