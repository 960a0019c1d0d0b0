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

home=${SYNCNEST_HOME:-/data/home}

if [ "$(id -u)" -ne 0 ]; then
  place=$home
  while [ ! -e "$place" ]; do place=$(dirname "$place"); done
  if [ ! -w "$place" ]; then
    echo "syncnest: the user $(id -u):$(id -g) may not write to $place: give it that directory (chown), or start" \
      "the container as root with PUID and PGID" >&2
  fi
  exec node /app/dist/main.js "$@"
fi

uid=${PUID:-1000}
gid=${PGID:-1000}
case $uid in '' | *[!0-9]*) refuse "environment: PUID: \"$uid\"; expected the number of a user" ;; esac
case $gid in '' | *[!0-9]*) refuse "environment: PGID: \"$gid\"; expected the number of a group" ;; esac

# The home is small and must be ours. What is in the folders keeps its owners: that is the user's business.
capabilities='as root the container needs the capabilities CHOWN, DAC_OVERRIDE, SETGID and SETUID; without them, start it as the user itself'
mkdir -p "$home" && chown "$uid:$gid" /data && chown -R "$uid:$gid" "$home" || refuse "$capabilities"

exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs \
  node /app/dist/main.js "$@"
