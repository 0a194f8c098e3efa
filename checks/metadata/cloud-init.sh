#!/bin/sh
# title: cloud-init took this instance from metadata, without error
# level: should
# clause: 15, 17, 50
# transports: ssh serial
# needs: cmd:cloud-init EXPECT_NONCE
# timeout: 60
# remedy: see /var/log/cloud-init.log for the errors; set datasource_list: [ SmartOS ] in /etc/cloud/cloud.cfg.d, and
#   remove seeds and configuration that the installer left.
#
# Reads /run/cloud-init/result.json: no errors, data source SmartOS. Then the cloud-config given as
# cloud-init:user-data must have written the nonce to /var/tmp/imgverify.cloud-config.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

[ ! -e "$R/run/cloud-init/disabled" ] || fail "expected cloud-init to configure the guest, found it disabled"
file=$R/run/cloud-init/result.json
[ -r "$file" ] || fail "expected a result of cloud-init, found no /run/cloud-init/result.json: it has not finished"
result=$(tr -d '\n' <"$file")
source=$(printf '%s' "$result" | sed -n 's/.*"datasource": *"\([^"]*\)".*/\1/p')
errors=$(printf '%s' "$result" | sed -n 's/.*"errors": *\[\([^]]*\)\].*/\1/p')
note "datasource=$source"
case $source in
  *SmartOS*) ;;
  *) problem "expected the data source SmartOS, found '$source'" ;;
esac
# A user-script that is meant to fail is an error for cloud-init too, and its only one here.
[ -z "${EXPECT_FAILING_SCRIPTS:-}" ] || errors=$(printf '%s' "$errors" | sed "s/\"('scripts[-_]per[-_]boot'[^\"]*\"//")
case $errors in
  *[![:space:]]*) problem "expected no errors, found $errors" ;;
esac
file=/var/tmp/imgverify.cloud-config
found='no such file'
[ ! -r "$R$file" ] || found=$(head -c 200 "$R$file")
# It is taken once an instance: a later boot with other metadata leaves what the first one wrote.
wanted=${EXPECT_EARLIER_NONCE:-$EXPECT_NONCE}
[ "$found" = "$wanted" ] || problem "expected the cloud-config to write $wanted to $file, found '$found'"
conclude
