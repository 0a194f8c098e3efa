#!/bin/sh
# title: The package database is consistent, and nothing in it waits
# level: should
# clause: 46
# transports: ssh serial
# timeout: 120
# remedy: run 'dpkg --configure -a' and 'apt-get -f install' (or 'dnf check', 'apk fix') in the build, and release holds
#   with 'apt-mark unhold', before the image is packed.
#
# dpkg: each package is installed, or only its configuration files are left; none is held; no update of the database is
# half done. rpm: its database can be read. apk: each package of /etc/apk/world is installed.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

any=''
if [ -r "$R/var/lib/dpkg/status" ]; then
  any=yes
  bad=$(awk '
    /^Package: / { name = $2 }
    /^Status: / && !/^Status: (install ok installed|deinstall ok config-files|unknown ok not-installed|purge ok not-installed)$/ {
      sub(/^Status: /, ""); print name " (" $0 ")" }' "$R/var/lib/dpkg/status")
  if [ -n "$bad" ]; then
    printf '%s\n' "$bad"
    problem "expected every package installed and none held, found $(printf '%s\n' "$bad" | head -n 5 | tr '\n' ';')"
  fi
  for update in "$R"/var/lib/dpkg/updates/[0-9]*; do
    [ ! -e "$update" ] || problem "expected no update of dpkg's database to be half done, found ${update#"$R"}"
  done
fi
if [ -d "$R/var/lib/rpm" ] || [ -d "$R/usr/lib/sysimage/rpm" ]; then
  if have rpm; then
    any=yes
    said=$(rpm -qa 2>&1 >/dev/null) || problem "expected a readable rpm database, found: $said"
  fi
fi
if [ -r "$R/lib/apk/db/installed" ] && [ -r "$R/etc/apk/world" ]; then
  any=yes
  while read -r word _; do
    name=${word%%[<>=~@]*}
    case $name in '' | '!'*) continue ;; esac
    grep -qE "^(P:$name|p:(.* )?$name(=.*| .*)?)\$" "$R/lib/apk/db/installed" ||
      problem "expected the package $name of /etc/apk/world installed, found it missing"
  done <"$R/etc/apk/world"
fi
[ -n "$any" ] || skip "no package database that is known here (dpkg, rpm, apk)"
conclude
