#!/bin/sh
# Runs a script of this folder with the checkout's own Node.js, whatever the system's is.
# Sourced by the entry points: `script` names the script, the rest are its arguments.
lab=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
node="$lab/../node_modules/.bin/node"
if [ ! -x "$node" ]; then
  echo "lab: the checkout's Node.js is missing; run 'npm ci' in $(dirname -- "$lab") first" >&2
  exit 2
fi
exec "$node" "$lab/$script" "$@"
