#!/bin/sh
# title: The metadata tools are where scripts look for them, for root and cron
# level: should
# clause: 16
# transports: ssh serial
# needs: cmd:mdata-get
# timeout: 30
# remedy: install mdata-get, -put, -list and -delete in /usr/sbin, mode 0755, and link /lib/smartdc/mdata-get to the first.
#
# Each tool is a program of root's that all may run and nobody else may change, in one of the standard folders, so that
# it is found with root's PATH, and with the PATH of /etc/crontab where that sets one.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

standard=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/local/sbin:/opt/local/bin
cron=''
[ ! -r "$R/etc/crontab" ] || cron=$(sed -n 's/^PATH=//p' "$R/etc/crontab" | tr -d \''"' | tail -n 1)
# in_path PATH TOOL: the first file of that name in the folders.
in_path() {
  folders=$1
  while [ -n "$folders" ]; do
    folder=${folders%%:*}
    case $folders in *:*) folders=${folders#*:} ;; *) folders='' ;; esac
    if [ -x "$R$folder/$2" ]; then printf '%s\n' "$R$folder/$2" && return; fi
  done
  return 1
}
for tool in mdata-get mdata-put mdata-list mdata-delete; do
  if ! file=$(in_path $standard $tool); then
    problem "expected $tool in /usr/sbin or another of $standard, found none"
    continue
  fi
  # shellcheck disable=SC2012 # names are our own, and stat is not in every guest
  mode=$(ls -ldLn "$file" | sed 's/^\(..........\)[^ ]* *[0-9]* *\([0-9]*\).*/\1 \2/')
  case $mode in
    -rwx?-x?-x' 0') ;;
    *) problem "expected ${file#"$R"} as -rwxr-xr-x of user 0, found $mode" ;;
  esac
  if [ -n "$cron" ] && ! in_path "$cron" $tool >/dev/null; then
    problem "expected $tool in the PATH of /etc/crontab, found none in $cron"
  fi
done
if [ -x "$R/lib/smartdc/mdata-get" ]; then note smartdc=yes; else note smartdc=no; fi
conclude
