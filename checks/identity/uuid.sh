#!/bin/sh
# title: The guest knows itself by the instance's uuid
# level: must
# clause: 15, 19
# transports: ssh serial
# needs: EXPECT_UUID
# timeout: 60
# remedy: let cloud-init use the SmartOS data source and no other (datasource_list: [ SmartOS ]), remove its cache
#   (/var/lib/cloud) from the image, and do not set 'manual_cache_clean'.
#
# Compares what the guest takes for its identity with sdc:uuid: cloud-init's instance id, and the answer of mdata-get.
# The uuid of the firmware is compared first: if that differs, the machine is wrong and not the image.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

file=$R/sys/class/dmi/id/product_uuid
if [ -r "$file" ]; then
  read -r firmware <"$file"
  note "firmware=$firmware"
  [ "$(lower "$firmware")" = "$EXPECT_UUID" ] ||
    broken "the machine's firmware gives the uuid $firmware, promised was $EXPECT_UUID"
fi

asked=0
file=$R/var/lib/cloud/data/instance-id
if [ -r "$file" ]; then
  asked=$((asked + 1))
  read -r found <"$file"
  note "cloud-init=$found"
  [ "$(lower "$found")" = "$EXPECT_UUID" ] ||
    problem "expected cloud-init's instance id $EXPECT_UUID, found '$found'"
fi
if have mdata-get; then
  asked=$((asked + 1))
  found=$(mdata-get sdc:uuid 2>&1)
  status=$?
  note "mdata-get=$found"
  [ "$(lower "$found")" = "$EXPECT_UUID" ] ||
    problem "expected $EXPECT_UUID from 'mdata-get sdc:uuid', found '$found' (status $status)"
fi
[ "$asked" -gt 0 ] || skip "neither cloud-init nor mdata-get is there: nothing in this guest keeps the uuid"
conclude
