#!/bin/sh
# title: The manifest's os is the one that the guest runs
# level: should
# clause: 72
# transports: ssh serial
# needs: EXPECT_IMAGE_OS
# timeout: 30
# remedy: correct os in the manifest (linux, bsd, illumos or other; pack's --os).
#
# Compares with what uname says; any other system is 'other'.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

kernel=$(uname -s)
note "uname=$kernel"
case $kernel in
  Linux) os=linux ;;
  *BSD | DragonFly) os=bsd ;;
  SunOS) os='illumos or smartos' ;;
  *) os=other ;;
esac
case " $os " in
  *" $EXPECT_IMAGE_OS "*) ;;
  *) fail "expected os '$os' in the manifest for $kernel, found '$EXPECT_IMAGE_OS'" ;;
esac
