#!/bin/sh
# title: No private SSH key lies in an account's home
# level: must
# clause: 61
# transports: ssh serial
# needs: path:/etc/passwd
# timeout: 60
# remedy: remove the keys that the build used to fetch things (/root/.ssh/id_*) before the image is taken.
#
# Every machine made from the image would hold the same key, and with it the way to wherever the build could log in.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

homes=$(cut -d : -f 6 "$R/etc/passwd" | sort -u)
for home in $homes; do
  for file in "$R$home"/.ssh/*; do
    [ -f "$file" ] || continue
    if head -n 2 "$file" 2>/dev/null | grep -q -e '-----BEGIN .*PRIVATE KEY'; then
      problem "expected no private key in $home/.ssh, found ${file#"$R"}"
    fi
  done
done
conclude
