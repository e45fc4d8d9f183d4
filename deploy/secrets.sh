#!/bin/sh
# Makes the secrets that are missing in deploy/secrets/; those of mail and text messages are yours to fill in.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
for name in rdv_secret rasa_secret postgres_password tracker_password redis_password sms_key; do
    [ -s "secrets/$name" ] || random > "secrets/$name"
done
[ -s secrets/database_url ] || printf 'postgresql://rdv:%s@postgres/rdv' "$(cat secrets/postgres_password)" > secrets/database_url
[ -s secrets/tracker_url ] || printf 'postgresql://rasa:%s@postgres/trackers' "$(cat secrets/tracker_password)" > secrets/tracker_url
for name in smtp_url sms_password; do
    [ -s "secrets/$name" ] || { : > "secrets/$name"; echo "fill in deploy/secrets/$name"; }
done
# Readable by the containers' user, in a folder that only you can enter.
chmod 0444 secrets/*
