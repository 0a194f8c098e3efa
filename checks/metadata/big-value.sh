#!/bin/sh
# title: mdata-get hands on a value of 64 KiB whole
# level: should
# clause: 16
# transports: ssh serial
# needs: cmd:mdata-get EXPECT_NONCE EXPECT_BIG_LINES
# timeout: 180
# remedy: the metadata client must take answers of any length: no fixed buffer, no line limit, no value as an argument of
#   a program.
#
# Judged in one boot of a run, since a value of this size takes several seconds of the serial line. imgverify:big has
# EXPECT_BIG_LINES lines of 32 bytes, each the nonce and its number, so that what is lost can be named.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

said=$(mdata-get imgverify:big 2>&1) || fail "expected the value of imgverify:big, found status $?: $(oneline "$said" | cut -c 1-200)"
printf '%s\n' "$said" | {
  number=0
  while read -r line; do
    wanted=$(printf '%s %014d' "$EXPECT_NONCE" "$number")
    [ "$line" = "$wanted" ] || fail "expected line $number as '$wanted', found '$line'"
    number=$((number + 1))
  done
  [ "$number" -eq "$EXPECT_BIG_LINES" ] || fail "expected $EXPECT_BIG_LINES lines of 32 bytes, found $number"
  exit 0
}
