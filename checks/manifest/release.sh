#!/bin/sh
# title: The image calls itself by the manifest's name and version
# level: should
# clause: 13, 72
# transports: ssh serial
# needs: EXPECT_IMAGE_NAME EXPECT_IMAGE_VERSION
# timeout: 30
# remedy: have the build write name and version of the manifest into /etc/product (lines 'Name:' and 'Version:') or
#   /etc/motd.
#
# /etc/product decides where it has the line; else the text of /etc/motd and its parts must hold the words.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# product FIELD: what /etc/product says.
product() { sed -n "s/^$1: *//p" "$R/etc/product" 2>/dev/null | head -n 1 | tr -cd ' -~'; }
text=$(cat "$R"/etc/motd "$R"/etc/motd.d/* "$R"/etc/issue 2>/dev/null | tr -cd ' -~\n')
for field in Name Version; do
  case $field in Name) wanted=$EXPECT_IMAGE_NAME ;; *) wanted=$EXPECT_IMAGE_VERSION ;; esac
  said=$(product $field)
  note "$field=${said:-in no line of /etc/product}"
  if [ -n "$said" ]; then
    [ "$(lower "$said")" = "$(lower "$wanted")" ] || problem "expected '$field: $wanted' in /etc/product, found '$said'"
    continue
  fi
  case $(lower "$text") in
    *"$(lower "$wanted")"*) ;;
    *) problem "expected the manifest's $(lower $field) '$wanted' in /etc/product or /etc/motd, found it in neither" ;;
  esac
done
conclude
