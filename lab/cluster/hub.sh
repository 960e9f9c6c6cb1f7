#!/bin/sh
# Sets up the hub: the network namespace, just made by `unshare`, that holds the control plane, the registries and the
# bridge that every node is attached to. Then sleeps, so that the namespace stays for as long as this process.
# Usage: hub.sh ADDRESS/PREFIX
set -eu
ip link set lo up
ip link add lab0 type bridge
ip addr add "$1" dev lab0
ip link set lab0 up
echo 1 > /proc/sys/net/ipv4/ip_forward
exec sleep infinity
