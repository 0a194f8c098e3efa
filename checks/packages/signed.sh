#!/bin/sh
# title: Packages are taken from signed repositories only
# level: should
# clause: 46
# transports: ssh serial
# timeout: 30
# remedy: remove [trusted=yes], gpgcheck=0 and options that allow insecure repositories, and install the repository's
#   key.
#
# Reads the configuration of apt, of dnf and yum (repositories that are enabled), of zypper and of apk.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

any=''
# judge PATH PATTERN: no line of the file may match, comments apart.
judge() {
  [ -r "$1" ] || return 0
  any=yes
  line=$(grep -v '^[[:space:]]*\(#\|//\)' "$1" | grep -iE "$2" | head -n 1)
  [ -z "$line" ] || problem "expected signatures to be asked for in ${1#"$R"}, found '$line'"
}
for path in "$R"/etc/apt/sources.list "$R"/etc/apt/sources.list.d/*; do
  judge "$path" 'trusted=yes|allow-insecure=yes|allow-weak=yes|^trusted: *yes|^allow-insecure: *yes'
done
for path in "$R"/etc/apt/apt.conf "$R"/etc/apt/apt.conf.d/*; do
  judge "$path" '(AllowUnauthenticated|AllowInsecureRepositories|AllowWeakRepositories) *"?(true|1|yes)'
done
for path in "$R"/etc/dnf/dnf.conf "$R"/etc/yum.conf "$R"/etc/zypp/zypp.conf; do
  judge "$path" '^ *(gpgcheck|repo_gpgcheck_required|pkg_gpgcheck) *= *(0|no|false|off)'
done
for path in "$R"/etc/yum.repos.d/*.repo "$R"/etc/zypp/repos.d/*.repo; do
  [ -r "$path" ] || continue
  any=yes
  open=$(awk -F= '
    function told() { if (section != "" && on && unsigned) print section }
    { gsub(/[ \t]/, "") }
    /^\[/ { told(); section = $0; on = 1; unsigned = 0 }
    /^enabled=(0|no|false)/ { on = 0 }
    /^gpgcheck=(0|no|false)/ { unsigned = 1 }
    END { told() }' "$path")
  [ -z "$open" ] || problem "expected gpgcheck=1 in ${path#"$R"}, found gpgcheck=0 for $(oneline "$open")"
done
if [ -r "$R/etc/apk/repositories" ]; then
  any=yes
  [ -n "$(find "$R/etc/apk/keys" -type f 2>/dev/null | head -n 1)" ] || problem "expected keys in /etc/apk/keys, found none"
fi
[ -n "$any" ] || skip "no package manager that is known here (apt, dnf, zypper, apk)"
conclude
