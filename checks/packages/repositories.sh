#!/bin/sh
# title: Repositories are public ones: no CD, no mirror or proxy of the build
# level: should
# clause: 46
# transports: ssh serial
# timeout: 30
# remedy: write the distribution's own mirror names into the sources, and remove the build's proxy settings (Acquire::
#   http::Proxy, proxy= in dnf.conf) before the image is packed.
#
# Reads the configuration of apt, dnf, yum and apk. A CD, a file, the guest itself, an address of a private network and
# a proxy are the build's; at least one repository must be named.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

any=''
private='(cdrom:|file:|copy:|https?://([^/@]*@)?(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|169\.254\.|\[::1\]|\[f[cd]))'
# lines PATH...: those that are no comments, with the file's name before each.
lines() {
  for path in "$@"; do
    [ ! -f "$path" ] || sed -n "/^[[:space:]]*\(#\|\/\/\|;\|\$\)/!s|^|${path#"$R"}: |p" "$path"
  done
}
# judge NAME LINES: what the sources of a package manager name.
judge() {
  any=yes
  note "$1=$(printf '%s\n' "$2" | grep -c .)"
  [ -n "$2" ] || problem "expected a repository for $1, found none configured"
  bad=$(printf '%s\n' "$2" | grep -E "$private" | head -n 3 | tr '\n' ';')
  [ -z "$bad" ] || problem "expected public repositories for $1, found $bad"
}

if [ -e "$R/etc/apt" ]; then
  judge apt "$(lines "$R"/etc/apt/sources.list "$R"/etc/apt/sources.list.d/*.list "$R"/etc/apt/sources.list.d/*.sources |
    grep -E ': *(deb |URIs:)')"
  proxy=$(lines "$R"/etc/apt/apt.conf "$R"/etc/apt/apt.conf.d/* |
    grep -iE 'Acquire(::https?)?(::| *\{).*Proxy|https?::Proxy ' | grep -viE 'Proxy-?Auto|Proxy "?(DIRECT|false)' | head -n 1)
  [ -z "$proxy" ] || problem "expected no proxy for apt, found $proxy"
fi
if [ -d "$R/etc/yum.repos.d" ]; then
  judge dnf "$(lines "$R"/etc/yum.repos.d/*.repo | grep -E ': *(baseurl|mirrorlist|metalink) *=')"
  proxy=$(lines "$R"/etc/dnf/dnf.conf "$R"/etc/yum.conf "$R"/etc/yum.repos.d/*.repo | grep -E ': *proxy *= *[a-z0-9]' |
    grep -v '_none_' | head -n 1)
  [ -z "$proxy" ] || problem "expected no proxy for dnf, found $proxy"
fi
if [ -e "$R/etc/apk/repositories" ]; then
  judge apk "$(lines "$R"/etc/apk/repositories)"
  if lines "$R"/etc/apk/repositories | grep -q ': */media/'; then problem "expected no CD for apk, found one in /etc/apk/repositories"; fi
fi
[ -n "$any" ] || skip "no package manager that is known here (apt, dnf, apk)"
conclude
