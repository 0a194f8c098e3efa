#!/bin/sh
# title: The journal is this machine's, and no other's
# level: should
# clause: 23, 66
# transports: ssh serial
# needs: path:/var/log/journal path:/etc/machine-id
# timeout: 30
# remedy: remove the folders in /var/log/journal from the image; an old machine id is in their names.
#
# /var/log/journal has a folder for each machine id that ever wrote there. One of another id was left by the build, is
# never cleaned up, and tells its log to whoever reads that of the instance.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

[ -z "${EXPECT_REBORN:-}" ] || skip "the disk had another instance before, whose journal may be there"
read -r id <"$R/etc/machine-id"
others=0 own=0 other=''
for folder in "$R"/var/log/journal/*; do
  [ -d "$folder" ] || continue
  case ${folder##*/} in
    "$id" | "$id".*) own=$((own + 1)) ;;
    remote) ;;
    ????????????????????????????????*) others=$((others + 1)) other=${folder##*/} ;;
  esac
done
note "folders=$((own + others))"
[ "$others" -eq 0 ] || fail "expected only the folder $id in /var/log/journal, found $others of other machines, such as $other"
