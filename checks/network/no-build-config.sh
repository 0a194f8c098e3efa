#!/bin/sh
# title: No network configuration of the build is left
# level: should
# clause: 25, 26, 30, 63, 64, 65, 73
# transports: ssh serial
# needs: EXPECT_FIRST_BOOT
# timeout: 60
# remedy: remove what the installer has written for its own machine (00-installer-config.yaml, ifcfg-eth0, NetworkManager
#   connections, iface lines, 70-persistent-net.rules, name servers), so that only sdc:nics configures the network.
#
# Looks, at the first boot, at the configuration files of netplan, ifupdown, ifcfg, NetworkManager, systemd-networkd, of
# udev's names and of name servers that are older than this boot, so came with the image: none may hold an address, ask
# for DHCP, name a NIC by a MAC or its slot (ens3, enp0s3, by-path), or name a server. The loopback device is free.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

slot='(^|[^A-Za-z0-9_])en(o|s|p[0-9]+s)[0-9]+|ID_PATH|by-path|KERNELS=="?0000:|^[[:space:]]*Path=pci'
mac='([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}'

# look FILE PATTERN WHAT: a problem when a line that is no comment has it.
look() {
  { [ -f "$1" ] && [ ! -L "$1" ] && older_than_boot "$1"; } || return 0
  line=$(head -c 65536 "$1" | grep -v '^[[:space:]]*#' | grep -E -m 1 -e "$2" | sed 's/^[[:space:]]*//')
  [ -n "$line" ] || return 0
  problem "expected no $3 of the build, found '$(oneline "$line")' in ${1#"$R"}"
}

for file in "$R"/etc/netplan/*.y*ml; do
  look "$file" '(addresses|gateway[46]|nameservers|macaddress):|dhcp[46]: *(true|yes|on)' 'network configuration'
  look "$file" "$slot" 'NIC named by its slot'
done
for file in "$R"/etc/network/interfaces "$R"/etc/network/interfaces.d/*; do
  look "$file" '^[[:space:]]*(iface[[:space:]]+([^l]|l[^o]|lo[^[:space:]])|hwaddress|dns-)' 'network configuration'
done
for file in "$R"/etc/sysconfig/network-scripts/ifcfg-*; do
  case $file in */ifcfg-lo) continue ;; esac
  look "$file" "^(IPADDR|DNS[0-9]|GATEWAY|HWADDR|MACADDR|BOOTPROTO=[\"']?(dhcp|static))" 'network configuration'
done
for file in "$R"/etc/NetworkManager/system-connections/*; do
  look "$file" '^(address[0-9]*=|dns=|mac-address=|method=(auto|manual)|interface-name=)' 'network configuration'
done
for file in "$R"/etc/systemd/network/*.network "$R"/etc/systemd/network/*.link; do
  look "$file" '^[[:space:]]*((Permanent)?MACAddress|Address|Gateway|DNS|DHCP)[[:space:]]*=[[:space:]]*[^nN]' \
    'network configuration'
  look "$file" "$slot" 'NIC named by its slot'
done
for file in "$R"/etc/udev/rules.d/*net*.rules; do look "$file" "$mac|$slot" 'rule for a NIC'; done
for file in "$R"/etc/resolv.conf "$R"/etc/resolvconf/resolv.conf.d/base "$R"/etc/resolvconf/resolv.conf.d/head \
  "$R"/etc/systemd/resolved.conf "$R"/etc/systemd/resolved.conf.d/*.conf; do
  look "$file" '^(nameserver|search|domain)[[:space:]]|^(Fallback)?DNS=[^[:space:]]|^Domains=[^[:space:]]' 'name server or domain'
done
conclude
