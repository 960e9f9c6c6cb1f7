#!/bin/sh
# Makes a folder the root of a node, in the mount and network namespaces just made by `unshare`: programs and devices are
# the machine's, everything else is the node's own. Then sleeps, so that the namespaces stay for as long as this process.
# Usage: node-root.sh ROOT FOLDER…   (FOLDER: what of the machine is seen in the node too, at the same path)
set -eu
root=$1
shift
mount --bind "$root" "$root" # only a mount can become the root

for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then
    [ -L "$root/$name" ] || cp -P "/$name" "$root/$name"
  elif [ -d "/$name" ]; then
    mkdir -p "$root/$name"
    mount --rbind "/$name" "$root/$name"
  fi
done
mount --rbind /usr "$root/usr"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
# sysfs shows the network namespace in which it was mounted.
mount -t sysfs sysfs "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
for folder; do
  mkdir -p "$root$folder"
  mount --bind "$folder" "$root$folder"
  mount -o remount,bind,ro "$root$folder"
done

# The kubelet sets these for the whole machine unless they are as it wants them: let it see what it wants.
wanted() {
  printf '%s\n' "$2" > "$root/run/wanted-$(basename "$1")"
  [ ! -e "$root/proc/sys/$1" ] || mount --bind "$root/run/wanted-$(basename "$1")" "$root/proc/sys/$1"
}
wanted vm/overcommit_memory 1
wanted vm/panic_on_oom 0
wanted kernel/panic 10
wanted kernel/panic_on_oops 1
wanted kernel/keys/root_maxkeys 1000000
wanted kernel/keys/root_maxbytes 25000000

cd "$root"
mkdir -p .machine
pivot_root . .machine
umount -l /.machine
rmdir /.machine
# As on a machine of its own: what the kubelet mounts is seen by containerd's pods, and theirs by it.
mount --make-rshared /
exec sleep infinity
