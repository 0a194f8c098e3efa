import Metadata
package import Model

/// What a boot promises to its guest, as the environment variables that guest checks compare with.
package struct Expectations: Hashable, Sendable {
  /// `EXPECT_…` to value; a variable that does not apply is absent.
  package private(set) var variables: [String: String] = [:]

  /// Nothing is promised.
  package init() {}

  /// - Parameters:
  ///   - rootKey: the public key that imgverify logs in with, one line; nil: none is known.
  ///   - diskSize: size of the boot disk as the guest sees it.
  ///   - image: what the manifest says of the image.
  package init(boot: Boot, rootKey: String?, diskSize: ByteCount?, image: ImagePromise? = nil) {
    let (instance, layout) = (boot.instance, boot.layout)
    set("UUID", instance.uuid)
    set("HOSTNAME", boot.hostname)
    set("NONCE", boot.nonce)
    set("FIRST_BOOT", boot.continues == nil ? "yes" : nil)
    set("REBORN", boot.copies != nil ? "yes" : nil)
    setEdition(boot, rootKey: rootKey)
    set("NICS", instance.nics.map(Self.line).joined(separator: "\n"))
    set("IPS", instance.nics.flatMap(Self.addresses).joined(separator: "\n"))
    set("ROUTES", instance.routes?.map { "\($0.destination) \($0.gateway)" }.joined(separator: "\n"))
    set("DOMAIN", instance.domain)
    set("GATEWAY6", instance.primaryNIC?.network6?.gateway)
    set("RESOLVERS", instance.primaryNIC?.resolver)
    set("GATEWAY", instance.primaryNIC?.gateway)
    set("DISK_SERIAL", layout.bootDisk.serial)
    set("DISK_BUS", layout.bootDisk.model.driver)
    set("DISK_BYTES", diskSize.map { String($0.bytes) })
    set(
      "EXTRA_DISK", layout.extraDisk.map { "\($0.size.bytes) \($0.order.rawValue) \($0.content.rawValue) \($0.serial)" }
    )
    set("CPUS", String(layout.cpus))
    set("MEMORY_MIB", String(layout.memory.mebibytes))
    for (name, value) in image?.variables ?? [:] { set("IMAGE_" + name, value) }
  }

  /// What the metadata of this boot says otherwise, and what it said when the instance was first powered on.
  private mutating func setEdition(_ boot: Boot, rootKey: String?) {
    let keys = { (boot: Boot) in
      rootKey.map { InstanceDictionary(boot: boot, authorizedKeys: [$0]).rootAuthorizedKeys }
    }
    set("ROOT_KEY", keys(boot))
    guard let edition = boot.edition else { return }
    if boot.hostname != boot.instance.hostname { set("EARLIER_HOSTNAME", boot.instance.hostname) }
    if boot.nonce != boot.instance.nonce {
      set("EARLIER_NONCE", boot.instance.nonce)
      var first = boot
      first.edition = nil
      set("EARLIER_ROOT_KEY", keys(first))
    }
    if edition.userScript == .removed { set("REMOVED_SCRIPT", "yes") }
    if edition.userScript == .fails, edition.operatorScript == .fails { set("FAILING_SCRIPTS", "yes") }
    set("BIG_LINES", edition.bigLines.map { String($0) })
    if edition.overwritesKeys { set("OVERWRITE_KEYS", "yes") }
  }

  package subscript(name: String) -> String? {
    get { variables["EXPECT_" + name] }
    set { set(name, newValue) }
  }

  private mutating func set(_ name: String, _ value: String?) {
    let text = value?.trimmingSuffix { $0.isNewline || $0 == " " } ?? ""
    variables["EXPECT_" + name] = text.isEmpty ? nil : text
  }

  /// A line for each entry of the NIC's `ips`: `mac address/length`, `mac dhcp first-last`, `mac addrconf prefix/64`.
  private static func addresses(_ nic: Instance.NIC) -> [String] {
    nic.ips.map { word in
      switch word {
      case "dhcp": "\(nic.mac) dhcp \(nic.dhcpRange)/\(nic.prefix)"
      case "addrconf": "\(nic.mac) addrconf \(nic.network6?.prefix ?? "-")/64"
      default: "\(nic.mac) \(word)"
      }
    }
  }

  /// `mac interface address/prefix primary|secondary gateway mtu dhcpStart`; `-` stands for a missing gateway or MTU.
  private static func line(_ nic: Instance.NIC) -> String {
    [
      nic.mac, nic.interface, nic.addressing == .dhcp ? "dhcp" : "\(nic.address)/\(nic.prefix)",
      nic.primary ? "primary" : "secondary",
      nic.gateway.isEmpty ? "-" : nic.gateway, nic.mtu.map(String.init) ?? "-",
      nic.dhcpStart.isEmpty ? "-" : nic.dhcpStart,
    ].joined(separator: " ")
  }

  /// `NAME='value'` lines, sorted; nothing in a value can end its quotes.
  ///
  /// - Throws: ``VerifyError`` `.usage` for a value with bytes outside of printable ASCII and line feeds.
  func shellAssignments() throws -> String {
    try variables.sorted { $0.key < $1.key }.map { name, value in
      guard value.utf8.allSatisfy({ $0 == 0x0A || (0x20...0x7E).contains($0) }) else {
        throw VerifyError(.usage, "\(name): '\(value.debugDescription)' holds more than printable ASCII")
      }
      return "\(name)=\(shellQuoted(value))\n"
    }.joined()
  }
}

/// `text` as one word of the shell, whatever it holds.
func shellQuoted(_ text: String) -> String {
  "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
}

extension String {
  fileprivate func trimmingSuffix(while drop: (Character) -> Bool) -> String {
    guard let last = lastIndex(where: { !drop($0) }) else { return "" }
    return String(self[...last])
  }
}
