#!/bin/sh
# title: No firewall of the image stands before SSH
# level: should
# clause: 32
# transports: ssh serial
# timeout: 30
# remedy: remove or disable firewalld, ufw and nftables or iptables rules; SmartOS has a firewall of its own outside of
#   the guest, which its owner can change without a login.
#
# Looks at the rules of nft, else of iptables: an input chain that drops by default must accept SSH from anywhere by a
# rule for port 22, and no rule may drop port 22. Guests without either tool are left alone, as are legacy rules that
# only iptables-legacy shows.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

if have nft; then
  rules=$(nft list ruleset 2>/dev/null | head -c 262144)
  closed=$(printf '%s\n' "$rules" | grep -E 'hook input .*policy (drop|reject)' | head -n 1)
  port='dport (22|ssh)|dport \{[^}]*(22|ssh)[ ,}]'
elif have iptables; then
  rules=$(iptables -S 2>/dev/null | head -c 262144)
  closed=$(printf '%s\n' "$rules" | grep -E '^-P INPUT (DROP|REJECT)' | head -n 1)
  port='--dport(s)? ([0-9:,]*,)?(22|ssh)'
else
  skip "this guest has neither nft nor iptables"
fi
open=$(printf '%s\n' "$rules" | grep -E -e "($port).*(accept|ACCEPT)" | grep -v -E -e 'ip6? saddr|-s [0-9]' | head -n 1)
shut=$(printf '%s\n' "$rules" | grep -E -e "($port).*(drop|reject|DROP|REJECT)" | head -n 1)
[ -z "$closed" ] || [ -n "$open" ] ||
  problem "expected SSH to be let in, found '$(oneline "$closed")' and no rule that accepts port 22 from anywhere"
[ -z "$shut" ] || problem "expected no rule against SSH, found '$(oneline "$shut")'"
conclude
