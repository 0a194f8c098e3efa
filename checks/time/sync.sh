#!/bin/sh
# title: Exactly one service sets the clock by NTP
# level: should
# clause: 56
# transports: ssh serial
# needs: path:/proc/1
# timeout: 60
# remedy: enable one of chrony, ntp, openntpd and systemd-timesyncd, and remove the others.
#
# Looks at what runs: chronyd, ntpd, openntpd and systemd-timesyncd. None leaves the clock to drift; two pull at it from
# both sides. Servers need not be reachable.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# clients: the names of those that run, each once.
clients() {
  for comm in "$R"/proc/[0-9]*/comm; do
    { read -r name; } 2>/dev/null <"$comm" || continue
    case $name in
      chronyd | ntpd | openntpd | ntpsec | phc2sys) printf '%s\n' "$name" ;;
      systemd-timesyn*) echo systemd-timesyncd ;;
    esac
  done | sort -u
}
some() { [ -n "$(clients)" ]; }

eventually 5 some || fail "expected chronyd, ntpd or systemd-timesyncd, found none running"
found=$(oneline "$(clients)")
note "clients=$found"
case $found in
  *' '*) fail "expected one NTP client, found $found" ;;
esac
