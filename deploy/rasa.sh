#!/bin/sh
# Starts Rasa; each secret is read from the file that NAME_FILE names, as secrets are mounted.
set -eu
for name in RDV_SECRET RDV_TRACKER_URL RDV_REDIS_PASSWORD; do
    eval "file=\${${name}_FILE:-}"
    if [ -n "$file" ]; then
        value=$(cat "$file")
        export "$name=$value"
    fi
done
# Seconds. A worker killed in a turn leaves its lock in Redis: it lapses before the next turn is given up.
export TICKET_LOCK_LIFETIME=10
exec python -m bot.light run -m models/rdv.tar.gz --endpoints endpoints.yml --credentials credentials.yml --interface 0.0.0.0 --port 5005
