/// A clone of the image with an identity of its own; may be booted several times, on different layouts.
package struct Instance: Codable, Hashable, Sendable {
  /// A NIC as the metadata promises it, and the small IPv4 network behind it.
  package struct NIC: Codable, Hashable, Sendable {
    /// The name that the guest should give to it: `net0`, `net1`, …
    package var interface: String
    /// Lower case, `aa:bb:cc:dd:ee:ff`.
    package var mac: String
    /// The promised static address, `a.b.c.d`.
    package var address: String
    /// Length of the network's prefix.
    package var prefix: Int
    /// The only default gateway is that of the primary NIC.
    package var gateway: String
    /// Address of the name server on this network.
    package var resolver: String
    /// First address that DHCP would give out; never the promised one.
    package var dhcpStart: String
    package var primary: Bool
    /// Set explicitly, or nil for the usual 1500.
    package var mtu: Int?
    /// What `ips` of the NIC holds beside, or instead of, its address; nil: nothing else.
    package var addressing: Addressing?
    /// A second IPv4 address on the same network.
    package var secondAddress: String?
    /// The IPv6 network behind the NIC, of 64 bits; nil: there is none.
    package var network6: Network6?

    /// Where a NIC has its addresses from.
    package enum Addressing: String, Codable, Hashable, Sendable, CaseIterable {
      /// From DHCPv4 alone: ``address`` is promised to nobody.
      case dhcp
      /// Its static address, and what router advertisements say.
      case addrconf
    }

    /// An IPv6 network, and what is static on it.
    package struct Network6: Codable, Hashable, Sendable {
      /// Ends in `::`, canonical, lower case.
      package var prefix: String
      /// The promised static address, without length; nil where router advertisements give it.
      package var address: String?
      /// The default gateway; given on the primary NIC, with a static address.
      package var gateway: String?

      package init(prefix: String, address: String? = nil, gateway: String? = nil) {
        (self.prefix, self.address, self.gateway) = (prefix, address, gateway)
      }
    }

    package init(
      interface: String, mac: String, address: String, prefix: Int, gateway: String, resolver: String,
      dhcpStart: String, primary: Bool, mtu: Int?
    ) {
      self.interface = interface
      self.mac = mac
      self.address = address
      self.prefix = prefix
      self.gateway = gateway
      self.resolver = resolver
      self.dhcpStart = dhcpStart
      self.primary = primary
      self.mtu = mtu
    }
  }

  /// Lower-case UUID: `sdc:uuid`, SMBIOS uuid and serial.
  package var uuid: String
  package var hostname: String
  /// What `root_pw` says; made for this run, worthless afterwards.
  package var rootPassword: String
  package var nics: [NIC]
  /// A random word that scripts given through metadata leave behind, so that their running can be proven.
  package var nonce: String
  /// `sdc:routes`, each through a next hop on one of the NICs' networks; nil: none.
  package var routes: [Route]?
  /// `sdc:dns_domain`, where names without a dot are looked for; nil: none.
  package var domain: String?

  /// A static IPv4 route.
  package struct Route: Codable, Hashable, Sendable {
    /// `a.b.c.d/len`.
    package var destination: String
    package var gateway: String
    package init(destination: String, gateway: String) {
      (self.destination, self.gateway) = (destination, gateway)
    }
  }

  package init(uuid: String, hostname: String, rootPassword: String, nics: [NIC], nonce: String) {
    self.uuid = uuid
    self.hostname = hostname
    self.rootPassword = rootPassword
    self.nics = nics
    self.nonce = nonce
  }

  /// The NIC whose gateway is the default route.
  package var primaryNIC: NIC? { nics.first { $0.primary } }
}

/// One power-on of one instance on one layout.
package struct Boot: Codable, Hashable, Sendable {
  /// Name of the boot and of its folder, such as `01-qemu-pc`.
  package var id: String
  /// `qemu`; more to come.
  package var hypervisor: String
  package var instance: Instance
  package var layout: Layout
  /// Id of the boot whose instance is shut down and powered on again here, with all that it has written; nil for a
  /// fresh one. Several boots may continue the same one: each goes on from the disk as that boot has left it.
  package var continues: String?
  /// Id of the boot whose disk, as it was left, is copied here for another instance; nil: the disk is the image's.
  package var copies: String?
  /// What the metadata says otherwise than at a plain first boot; nil: nothing.
  package var edition: MetadataEdition?
  package var purpose: Purpose
  /// What this boot adds to those before it in the plan; nil for a boot that no coverage asked for.
  package var covers: Covers?
  /// How the metadata service misbehaves in this boot; nil: not at all. Only what a guest makes of that is judged then.
  package var metadataFault: MetadataFault?

  /// Why there is this boot.
  package enum Purpose: String, Codable, Hashable, Sendable, CaseIterable {
    /// It decides.
    case gate
    /// Hardware that the image need not know: what fails there is told, and decides nothing.
    case compatibility
    /// To find the cause of a failure; it decides nothing.
    case search
    /// Something around the guest misbehaves on purpose: what becomes of it is told, and decides nothing.
    case trial
  }

  /// What a boot is the first to show of the coverage that was asked for.
  package struct Covers: Codable, Hashable, Sendable {
    /// Combinations (values, pairs, triples) that no boot before it had.
    package var combinations: Int
    /// Values that no boot before it had, `axis=value`, in the order of the axes.
    package var values: [String]
    package init(combinations: Int, values: [String]) { (self.combinations, self.values) = (combinations, values) }
  }

  package init(
    id: String, hypervisor: String, instance: Instance, layout: Layout, continues: String? = nil,
    copies: String? = nil, edition: MetadataEdition? = nil, purpose: Purpose = .gate, covers: Covers? = nil,
    metadataFault: MetadataFault? = nil
  ) {
    self.id = id
    self.hypervisor = hypervisor
    self.instance = instance
    self.layout = layout
    (self.continues, self.copies, self.edition) = (continues, copies, edition)
    self.purpose = purpose
    self.covers = covers
    self.metadataFault = metadataFault
  }
}

/// All boots of a run, decided before the first of them starts. The same seed gives the same plan.
package struct Plan: Codable, Hashable, Sendable {
  package var seed: UInt64
  /// `each`, `pairs` or `triples`: which values of the axes have to meet in some boot.
  package var coverage: String
  /// How many combinations the coverage asks for: all that some machine can have. nil in plans of older versions.
  package var combinations: Int?
  package var boots: [Boot]

  package init(seed: UInt64, coverage: String = "each", combinations: Int? = nil, boots: [Boot]) {
    (self.seed, self.coverage, self.combinations, self.boots) = (seed, coverage, combinations, boots)
  }
}

extension Instance.NIC {
  /// DHCP gives out so many addresses, from ``dhcpStart`` on.
  package static let dhcpAddresses = 16

  /// `first-last` of what DHCP gives out.
  package var dhcpRange: String {
    let octets = dhcpStart.split(separator: ".").map(String.init)
    guard let last = octets.last.flatMap({ Int($0) }) else { return dhcpStart }
    return "\(dhcpStart)-\((octets.dropLast() + [String(last + Self.dhcpAddresses - 1)]).joined(separator: "."))"
  }

  /// The IPv4 addresses that the NIC is promised, without length; none where DHCP gives it one.
  package var addresses4: [String] { addressing == .dhcp ? [] : [address] + (secondAddress.map { [$0] } ?? []) }

  /// `ips` of `sdc:nics`: addresses with their length, `dhcp`, `addrconf`.
  package var ips: [String] {
    if addressing == .dhcp { return ["dhcp"] }
    return addresses4.map { "\($0)/\(prefix)" } + (network6?.address.map { ["\($0)/64"] } ?? [])
      + (addressing == .addrconf ? ["addrconf"] : [])
  }

  /// `gateways` of `sdc:nics`, which only the primary NIC's are to be used of.
  package var gateways: [String] { [gateway] + (network6?.gateway.map { [$0] } ?? []) }

  /// The network's own address, `a.b.c.0` for a prefix of 24.
  package var network: String {
    let octets = address.split(separator: ".").compactMap { UInt32($0) }
    guard octets.count == 4, (0...32).contains(prefix) else { return address }
    let value = octets.reduce(0) { $0 << 8 | $1 } & (prefix == 0 ? 0 : ~UInt32(0) << UInt32(32 - prefix))
    return [24, 16, 8, 0].map { String(value >> $0 & 255) }.joined(separator: ".")
  }
}
