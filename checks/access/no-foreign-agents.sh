#!/bin/sh
# title: No agent of another cloud or hypervisor runs
# level: must
# clause: 70
# transports: ssh serial
# needs: path:/proc/stat
# timeout: 30
# remedy: remove the packages that the installer chose for the hypervisor of the build (open-vm-tools, walinuxagent,
#   qemu-guest-agent, virtualbox-guest-utils, google-guest-agent, amazon-ssm-agent).
#
# Goes through the names of all processes. Such an agent waits for a port or a metadata address that is not there, holds
# the boot up, or configures the guest against its metadata.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

for stat in "$R"/proc/[0-9]*/stat; do
  { read -r line; } 2>/dev/null <"$stat" || continue
  name=${line#*\(}
  name=${name%)*}
  # A command line shows what is run by an interpreter; the kernel cuts names at 15 characters.
  words=$(tr '\000' ' ' 2>/dev/null <"${stat%/stat}/cmdline" | cut -c 1-200)
  case $name in
    vmtoolsd | VGAuthService | VBoxService | qemu-ga | waagent | WALinuxAgent* | google_guest_a* | google_osconfig* | \
      amazon-ssm-agen* | ssm-agent-worke* | hv_kvp_daemon | hv_vss_daemon | hv_fcopy_daemon | xe-daemon | xenstored | \
      prl_tools* | prltoolsd | spice-vdagentd | aliyun-service | AliYunDun | oracle-cloud-ag* | scalr* | rightlink* | \
      do-agent | droplet-agent | hc-utils | nutanix*)
      problem "expected no agent of another platform, found the process ${line%% *} $name"
      ;;
    python*)
      case $words in
        *waagent* | *google_*_agent* | *scaleway-*) problem "expected no agent of another platform, found '${words% }'" ;;
      esac
      ;;
  esac
done
conclude
