#!/bin/sh
# Rasa's own user and database: it cannot read the core's.
set -eu
password=$(cat "$TRACKER_PASSWORD_FILE")
psql -v ON_ERROR_STOP=1 -v password="$password" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE rasa LOGIN PASSWORD :'password';
CREATE DATABASE trackers OWNER rasa;
REVOKE CONNECT ON DATABASE rdv FROM PUBLIC;
SQL
