#!/bin/sh
# title: Free space is given back to the host: TRIM runs by the clock
# level: should
# clause: 37
# transports: ssh serial
# timeout: 60
# remedy: enable fstrim.timer (systemctl enable fstrim.timer), or run 'fstrim -a' from /etc/cron.daily with cron
#   installed; on BSD mount or tune the file systems with trim.
#
# fstrim.timer is enabled, a job of cron or periodic runs fstrim, or / is mounted with discard. A job needs a cron that
# runs, and a file in cron.daily has to be executable.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

how=''
idle=''
# Debian leaves the timer's link also where another init runs, which never looks at it.
for link in "$R"/etc/systemd/system/*.wants/fstrim.timer; do
  [ -L "$link" ] || [ -e "$link" ] || continue
  if [ -d "$R/run/systemd/system" ]; then how=fstrim.timer; else idle='fstrim.timer, but systemd does not run'; fi
done
cron=''
for comm in "$R"/proc/[0-9]*/comm; do
  { read -r name; } 2>/dev/null <"$comm" || continue
  case $name in cron | crond | fcron | dcron) cron=$name ;; esac
done
for path in "$R"/etc/crontab "$R"/etc/cron.d/* "$R"/etc/cron.daily/* "$R"/etc/cron.weekly/* "$R"/var/spool/cron/* \
  "$R"/var/spool/cron/crontabs/* "$R"/etc/crontabs/* "$R"/etc/periodic/*/*; do
  [ -f "$path" ] || continue
  grep -v '^[[:space:]]*#' "$path" 2>/dev/null | grep -q fstrim || continue
  case $path in
    */cron.daily/* | */cron.weekly/* | */etc/periodic/*)
      if [ ! -x "$path" ]; then
        idle="${path#"$R"}, which is not executable"
        continue
      fi
      ;;
  esac
  if [ -n "$cron" ]; then how=${how:-${path#"$R"}}; else idle="${path#"$R"}, but no cron runs"; fi
done
if [ -r "$R/proc/self/mountinfo" ] &&
  grep -qE '^[^ ]+ [^ ]+ [^ ]+ [^ ]+ / .* - [^ ]+ [^ ]+ ([^ ]*,)?discard(,|=|$)' "$R/proc/self/mountinfo"; then
  how=${how:-the mount option discard}
fi
disk=$(root_disk) && [ -r "$R/sys/class/block/$disk/queue/discard_max_bytes" ] &&
  note "discard_max_bytes=$(cat "$R/sys/class/block/$disk/queue/discard_max_bytes")"
note "trim=${how:-none}"
[ -n "$how" ] || fail "expected fstrim.timer, a job that runs fstrim, or the mount option discard, found ${idle:-none}"
