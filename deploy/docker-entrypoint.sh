#!/bin/sh
# Starts the node in a container. As root (docker run --user 0) it gives the volume to PUID:PGID and goes on as that user;
# as any other user it starts at once. UMASK applies to both.
set -eu

refuse() {
  echo "syncnest: $1" >&2
  exit 2
}

umask=${UMASK:-022}
case $umask in
  *[!0-7]* | ?????*) refuse "environment: UMASK: \"$umask\"; expected an octal number such as 022" ;;
esac
umask "$umask"

if [ "$(id -u)" -ne 0 ]; then
  exec node /app/dist/main.js "$@"
fi

uid=${PUID:-1000}
gid=${PGID:-1000}
case $uid in '' | *[!0-9]*) refuse "environment: PUID: \"$uid\"; expected the number of a user" ;; esac
case $gid in '' | *[!0-9]*) refuse "environment: PGID: \"$gid\"; expected the number of a group" ;; esac

# The home is small and must be ours. What is in the folders keeps its owners: that is the user's business.
home=${SYNCNEST_HOME:-/data/home}
mkdir -p "$home"
chown "$uid:$gid" /data
chown -R "$uid:$gid" "$home"

exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs \
  node /app/dist/main.js "$@"
