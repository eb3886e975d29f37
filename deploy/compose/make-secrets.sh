#!/bin/sh
# Makes the secrets of docker-compose.yml, once: what is there is left alone, so links of yesterday still open.
set -eu
cd "$(dirname "$0")"
mkdir -p -m 700 secrets

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# Only you can enter the folder. The files are for uid 10001 to read, which Docker shows each of them alone.
secret() { [ -s "secrets/$1" ] || { printf %s "$2" >"secrets/$1"; chmod 644 "secrets/$1"; echo "made deploy/compose/secrets/$1"; }; }

secret aid_secret_keys "$(random)"
secret aid_address_key "$(random)"
secret aid_smtp_url "smtp://mail:1025?starttls=never"
secret aid_s3_key aid
secret aid_s3_secret "$(random)"
secret objects.json "$(printf '{"identities": [{"name": "aid", "credentials": [{"accessKey": "%s", "secretKey": "%s"}], "actions": ["Admin", "Read", "Write", "List"]}]}' \
    "$(cat secrets/aid_s3_key)" "$(cat secrets/aid_s3_secret)")"
