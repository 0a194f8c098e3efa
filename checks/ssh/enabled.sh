#!/bin/sh
# title: The SSH server is started at each boot by its own service
# level: should
# clause: 45
# transports: ssh serial
# timeout: 30
# remedy: 'systemctl disable ssh.socket', 'systemctl enable ssh.service' (Red Hat: sshd); Alpine: 'rc-update add sshd'.
#
# A server that runs now because somebody started it by hand, or that waits behind a socket unit, may be missing after
# the next update. Known are systemd, OpenRC, rc.conf and links in rc?.d; another init system skips.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

[ -e "$R/etc/ssh/sshd_config" ] || skip "this guest has no OpenSSH server"
if [ -d "$R/run/systemd/system" ] && have systemctl; then
  for unit in ssh sshd; do
    case $(systemctl is-enabled $unit.service 2>/dev/null) in
      enabled*) found=$unit.service ;;
    esac
    case $(systemctl is-enabled $unit.socket 2>/dev/null) in
      enabled*) problem "expected $unit.socket disabled, found it enabled: it serves in place of $unit.service" ;;
    esac
  done
  [ -n "${found:-}" ] || problem "expected ssh.service or sshd.service enabled, found neither"
elif [ -d "$R/etc/runlevels" ]; then
  [ -e "$R/etc/runlevels/default/sshd" ] || problem "expected sshd in the run level default, found no such link"
elif [ -r "$R/etc/rc.conf" ] && grep -q 'sshd_enable' "$R/etc/rc.conf"; then
  grep -qi '^ *sshd_enable=.*yes' "$R/etc/rc.conf" || problem "expected sshd_enable=YES in /etc/rc.conf, found none"
elif [ -d "$R/etc/rc2.d" ] || [ -d "$R/etc/rc3.d" ]; then
  links=0
  for link in "$R"/etc/rc[2-5].d/S*ssh*; do [ ! -L "$link" ] || links=$((links + 1)); done
  [ "$links" -gt 0 ] || problem "expected a link to the ssh service in /etc/rc2.d, found none"
else
  skip "the init system of this guest is not known"
fi
conclude
