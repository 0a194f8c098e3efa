import Foundation
import Model

@testable import Checks

/// `boot` with everything that a NIC can be promised.
let wideBoot: Boot = {
  var wide = boot
  // The fake guest's own names are those that it was given.
  (wide.instance.nics[0].interface, wide.instance.nics[1].interface) = ("ens9", "ens3")
  wide.instance.nics[0].secondAddress = "10.77.1.10"
  wide.instance.nics[0].addressing = .addrconf
  wide.instance.nics[0].network6 = .init(
    prefix: "fd4b:7a1e:22c0:1::", address: "fd4b:7a1e:22c0:1::30", gateway: "fd4b:7a1e:22c0:1::2")
  var third = boot.instance.nics[1]
  (third.interface, third.mac, third.gateway, third.resolver) = ("net2", "90:b8:d0:3e:5a:03", "10.77.5.2", "10.77.5.3")
  (third.address, third.prefix, third.dhcpStart, third.mtu) = ("10.77.5.4", 24, "10.77.5.200", nil)
  third.addressing = .dhcp
  wide.instance.nics.append(third)
  wide.layout.nics.append(.init(place: .init(slot: 8)))
  wide.instance.routes = [.init(destination: "172.20.16.0/20", gateway: "10.77.2.11")]
  wide.instance.domain = "imgv-one.example"
  return wide
}()
let wideExpectations = Expectations(boot: wideBoot, rootKey: rootKey, diskSize: .gibibytes(1))

extension FakeGuest {
  private static let ipv6 = """
    fd4b7a1e22c000010000000000000030 02 40 00 80 ens9
    fd4b7a1e22c0000192b8d0fffe3e5a01 02 40 00 00 ens9
    fe8000000000000092b8d0fffe3e5a01 02 40 20 80 ens9

    """
  private static let routes6 = """
    fe800000000000000000000000000000 40 00000000000000000000000000000000 00 \(zeros) 00000100 00000001 00000000 00000001 ens9
    \(zeros) 00 \(zeros) 00 fd4b7a1e22c000010000000000000002 00000400 00000002 00000000 00000003 ens9
    \(zeros) 00 \(zeros) 00 \(zeros) ffffffff 00000001 00000000 00200200 lo

    """
  private static let zeros = String(repeating: "0", count: 32)
  private static let rules = """
    table inet filter {
      chain input {
        type filter hook input priority filter; policy drop;
        tcp dport { 22, 80 } accept
      }
    }
    """

  /// What ``wideBoot`` promises beyond `boot`.
  func wideNetwork() throws {
    try nic("net2", "90:b8:d0:3e:5a:03", 1500, "10.77.5.203/24")
    try run(
      """
      echo '2: ens9    inet 10.77.1.10/24 brd 1.2.3.4 scope global secondary ens9' >>tools/address.ens9
      printf 'ens3\\t001014AC\\t0B024D0A\\t0003\\t0\\t0\\t0\\t00F0FFFF\\t0\\t0\\t0\\n' >>proc/net/route
      echo 'search imgv-one.example' >>etc/resolv.conf
      """)
    try files([
      "proc/net/if_inet6": Self.ipv6, "proc/net/ipv6_route": Self.routes6,
      "etc/netplan/50-cloud-init.yaml": "network:\n  ethernets:\n    net0:\n      addresses: [10.77.1.24/24]\n",
    ])
    try tool("nft", "cat <<'END'\n\(Self.rules)\nEND")
  }

  /// Puts `text` into `path` as if it had come with the image: older than the boot and all that the boot made.
  private static func built(_ says: String, _ path: String, _ text: String) -> Defect {
    Defect("network.no-build-config", says) {
      try $0.files([path: text])
      try $0.run("TZ=UTC touch -d '1970-01-12 13:46:30' \(path)")
    }
  }

  static let wider = [
    Defect(
      "network.address", "expected address 10.77.1.10/24, found 10.77.1.24/24", "tools/address.ens9",
      "2: ens9    inet 10.77.1.24/24 scope global ens9\n"),
    Defect("network.dhcp", "expected one address of 10.77.5.200-10.77.5.215/24 from DHCP, found none") {
      try $0.noWait()
      try $0.files(["tools/address.net2": ""])
    },
    Defect("network.dhcp", "from DHCP, found 10.77.5.4/24") {
      try $0.noWait()
      try $0.files(["tools/address.net2": "3: net2    inet 10.77.5.4/24 scope global net2\n"])
    },
    Defect(
      "network.ipv6", "expected address fd4b:7a1e:22c0:1::30/64, found fd4b:7a1e:22c0:1::30/128", "proc/net/if_inet6",
      "fd4b7a1e22c000010000000000000030 02 80 00 80 ens9\n"),
    Defect(
      "network.ipv6", "usable, found it to be a duplicate", "proc/net/if_inet6",
      "fd4b7a1e22c000010000000000000030 02 40 00 88 ens9\n"),
    Defect("network.ipv6", "found none") { try $0.run("rm proc/net/if_inet6") },
    Defect("network.addrconf", "expected an address of the advertised fd4b:7a1e:22c0:1::/64, found none") {
      try $0.noWait()
      try $0.files(["proc/net/if_inet6": "fe8000000000000092b8d0fffe3e5a01 02 40 20 80 ens9\n"])
    },
    Defect(
      "network.route6", "via fd4b:7a1e:22c0:1::2 (fd4b7a1e22c000010000000000000002) on ens9, found none",
      "proc/net/ipv6_route", ""),
    Defect(
      "network.route6", "found fe800000000000000000000000000001 ens3", "proc/net/ipv6_route",
      "\(zeros) 00 \(zeros) 00 fe800000000000000000000000000001 00000400 00000002 00000000 00000003 ens3\n"),
    Defect(
      "network.routes", "expected a route to 172.20.16.0/20 via 10.77.2.11, found via 10.77.2.9 on ens3",
      "proc/net/route", "ens3 001014AC 09024D0A 0003 0 0 0 00F0FFFF 0 0 0\n"),
    Defect(
      "network.routes", "via 10.77.2.11, found none", "proc/net/route", "ens3 001014AC 0B024D0A 0003 0 0 0 0000FFFF\n"),
    Defect(
      "network.search-domain", "expected the search domain 'imgv-one.example', found 'build.example'",
      "etc/resolv.conf", "domain build.example\n"),
    Defect(
      "network.search-domain", "found 'none'", "etc/resolv.conf", "search .\nnameserver 10.77.1.3\n"),
    Defect("network.names", "90:b8:d0:3e:5a:01: expected the name ens9, found eth7") {
      try $0.run("mv sys/class/net/ens9 sys/class/net/eth7")
    },
    built(
      "found 'dhcp4: true' in /etc/netplan/00-installer-config.yaml", "etc/netplan/00-installer-config.yaml",
      "network:\n  ethernets:\n    eth0:\n      dhcp4: true\n"),
    built(
      "no NIC named by its slot of the build, found 'ens3: {}'", "etc/netplan/00-installer-config.yaml",
      "network:\n  ethernets:\n    ens3: {}\n"),
    built(
      "found 'iface eth0 inet dhcp'", "etc/network/interfaces",
      "auto lo\niface lo inet loopback\n# iface eth9\niface eth0 inet dhcp\n"),
    built(
      "found 'HWADDR=52:54:00:12:34:56'", "etc/sysconfig/network-scripts/ifcfg-eth0",
      "DEVICE=eth0\nHWADDR=52:54:00:12:34:56\n"),
    built("found 'method=auto'", "etc/NetworkManager/system-connections/a.nmconnection", "[ipv4]\nmethod=auto\n"),
    built("found 'DHCP=yes'", "etc/systemd/network/10-all.network", "[Match]\nName=e*\n[Network]\nDHCP=yes\n"),
    built(
      "expected no rule for a NIC of the build", "etc/udev/rules.d/70-persistent-net.rules",
      "ATTR{address}==\"52:54:00:12:34:56\", NAME=\"eth0\"\n"),
    built("found 'nameserver 192.168.122.1' in /etc/resolv.conf", "etc/resolv.conf", "nameserver 192.168.122.1\n"),
    Defect("network.no-firewall", "and no rule that accepts port 22 from anywhere") {
      try $0.tool(
        "nft", "echo 'type filter hook input priority 0; policy drop;'; echo 'ip saddr 10.0.0.0/8 tcp dport 22 accept'")
    },
    Defect("network.no-firewall", "expected no rule against SSH, found 'tcp dport 22 drop'") {
      try $0.tool("nft", "echo 'tcp dport 22 drop'")
    },
  ]
}
