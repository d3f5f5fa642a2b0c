#!/bin/sh
# Declares an incident, says how it stands and reads it back. Needs TOCSIN_URL and TOCSIN_TOKEN.
set -eu
cd "$(dirname "$0")"

# Whoever runs this twice for one finding declares one incident: the key stands for the finding.
key=${1:-finding-$(date +%s)}

api() {
  # The token comes by standard input, not by the command line, which other accounts can read.
  printf 'header = "Authorization: Bearer %s"\n' "$TOCSIN_TOKEN" |
    curl --silent --show-error --fail-with-body --config - --header 'Content-Type: application/json' "$@"
}

# Not through a pipe: one ends well though its first command failed.
declared=$(api --header "Idempotency-Key: $key" --data @incident.json "$TOCSIN_URL/v1/incidents") || {
  echo "$declared" >&2
  exit 1
}
id=$(echo "$declared" | sed 's/.*"id":"\([^"]*\)".*/\1/')
api --header "Idempotency-Key: $key-identified" --data '{"status":"identified"}' "$TOCSIN_URL/v1/incidents/$id/status"
echo
api "$TOCSIN_URL/v1/incidents/$id"
