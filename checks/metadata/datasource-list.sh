#!/bin/sh
# title: cloud-init looks for the SmartOS data source and for no other
# level: should
# clause: 15, 17, 63
# transports: ssh serial
# needs: path:/etc/cloud cmd:cloud-init
# timeout: 30
# remedy: 'datasource_list: [ SmartOS ]' in a file of /etc/cloud/cloud.cfg.d that sorts behind the others; remove seeds,
#   /etc/cloud/cloud-init.disabled and 'ds=' of the installer.
#
# The last datasource_list of /etc/cloud/cloud.cfg and cloud.cfg.d/*.cfg counts; None may stand behind SmartOS. A seed of
# NoCloud, or another source on the kernel's command line, wins over every list, and is looked for as well.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# sources FILE: the words of its datasource_list, in brackets or as lines that begin with '-'.
sources() {
  sed -n '
    /^datasource_list: *\[/ { :more; /\]/!{ N; b more
    }; s/^[^[]*\[//; s/\].*//; s/[",'"'"']/ /g; p; q
    }
    /^datasource_list: *\(#.*\)*$/,/^[^- #]/ s/^ *- *//p' "$1" | grep -v datasource_list | tr '\n' ' '
}

list='' from=''
for file in "$R/etc/cloud/cloud.cfg" "$R"/etc/cloud/cloud.cfg.d/*.cfg; do
  [ -r "$file" ] || continue
  if grep -q '^datasource_list:' "$file"; then
    list=$(sources "$file")
    from=${file#"$R"}
  fi
done
# shellcheck disable=SC2086 # words are wanted
set -- $list
note "datasource-list=$*"
case "$*" in
  SmartOS | 'SmartOS None') ;;
  '') problem "expected 'datasource_list: [ SmartOS ]' in /etc/cloud/cloud.cfg.d, found no list: all sources are tried" ;;
  *) problem "expected the data source SmartOS only, found '$*' in $from" ;;
esac
for file in "$R"/var/lib/cloud/seed/*/*; do
  [ ! -f "$file" ] || problem "expected no seed, found ${file#"$R"}"
done
if [ -r "$R/proc/cmdline" ]; then
  read -r line <"$R/proc/cmdline"
  for word in $line; do
    case $word in
      ds=*[Ss]mart[Oo][Ss]* | ci.ds=*[Ss]mart[Oo][Ss]*) ;;
      ds=* | ci.ds=*) problem "expected no data source on the kernel's command line, found '$word'" ;;
    esac
  done
fi
conclude
