#!/bin/sh
# Runs a program in the mount namespace that `unshare` has just made for it: nothing mounted here is seen outside,
# and all of it goes when the program ends.
# Usage: in-namespace.sh RESOLV_CONF HOSTS ROOT ROOT_TMPFS_BYTES|0 PROGRAM ARG…
set -eu
resolv_conf=$1 hosts=$2 root=$3 root_tmpfs_bytes=$4
shift 4

# The sockets of the machine's own services (resolvers, other runtimes) are under /run.
mount -t tmpfs -o mode=0755 tmpfs /run

# Where /etc/resolv.conf is a link into /run, its target has just been hidden.
over() {
  target=$(readlink -m "$2")
  case $target in
    /run/*) mkdir -p "$(dirname "$target")" && : > "$target" ;;
  esac
  [ ! -e "$target" ] || mount --bind "$1" "$target"
}
over "$resolv_conf" /etc/resolv.conf
over "$hosts" /etc/hosts

if [ "$root_tmpfs_bytes" != 0 ]; then
  mount -t tmpfs -o "mode=0711,size=$root_tmpfs_bytes" tmpfs "$root"
fi
exec "$@"
