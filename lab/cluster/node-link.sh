#!/bin/sh
# Attaches a node to the hub's bridge and routes its pods' addresses to it, and addresses of Services for its kube-proxy
# to answer. Namespaces are named by process ids.
# Usage: node-link.sh HUB_PID NODE_PID NAME ADDRESS/PREFIX HUB_ADDRESS POD_CIDR SERVICE_CIDR…
set -eu
hub=$1 node=$2 name=$3 address=$4 gateway=$5 pods=$6
shift 6
in_hub() { nsenter --target "$hub" --net -- ip "$@"; }
in_node() { nsenter --target "$node" --net -- ip "$@"; }

in_hub link add "$name" type veth peer name eth0 netns "$node"
in_hub link set "$name" master lab0 up
in_node link set lo up
in_node addr add "$address" dev eth0
in_node link set eth0 up
in_node route add default via "$gateway"
in_hub route replace "$pods" via "${address%/*}"

# What no Service has (yet) is refused at once. Sent back to the hub it would go round until it is dropped, and
# connection tracking would remember it as not for kube-proxy for as long as the client tries.
[ $# = 0 ] || in_node rule add iif eth0 lookup 100
for services; do
  in_node route add unreachable "$services" table 100
  in_hub route replace "$services" via "${address%/*}"
done
