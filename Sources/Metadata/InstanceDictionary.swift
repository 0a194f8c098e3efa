package import Model

/// The metadata of one instance, and what a good image is expected to make of it.
///
/// - SeeAlso: mdata-dictionary.md.
package struct InstanceDictionary: Hashable, Sendable {
  package var instance: Instance
  /// Bytes and processors of the machine, told as `sdc:ram` and `sdc:vcpus`.
  package var layout: Layout
  /// OpenSSH public keys for root, one line each.
  package var authorizedKeys: [String]
  /// What this boot says otherwise than the instance's first one.
  package var edition: MetadataEdition

  /// - Parameter authorizedKeys: those that imgverify logs in with; a companion that nobody has the other half of comes
  ///   behind them, so that an image that takes the first line only is seen, and one that keeps old keys.
  package init(boot: Boot, authorizedKeys: [String]) {
    self.instance = boot.instance
    self.layout = boot.layout
    self.authorizedKeys = authorizedKeys + [InstanceDictionary.companionKey(nonce: boot.nonce)]
    self.edition = boot.edition ?? MetadataEdition()
  }

  /// A public key for root, made of a nonce: right in its form, and without a private half.
  package static func companionKey(nonce: String) -> String {
    let word = nonce.isEmpty ? [0x2E] : Array(nonce.utf8)
    let point = (0..<32).map { word[$0 % word.count] }
    let type = Array("ssh-ed25519".utf8)
    let blob = [0, 0, 0, UInt8(type.count)] + type + [0, 0, 0, 32] + point
    return "ssh-ed25519 \(Base64.encode(blob)) imgverify-companion"
  }

  /// Files in the guest that prove, by the instance's nonce, that something given through metadata was run.
  package static let userScriptMark = "/var/tmp/imgverify.user-script"
  package static let operatorScriptMark = "/var/tmp/imgverify.operator-script"
  package static let cloudConfigMark = "/var/tmp/imgverify.cloud-config"
  /// Keys that the scripts put, with the nonce, when the guest has `mdata-put`.
  package static let userScriptKey = "imgverify:user-script"
  package static let operatorScriptKey = "imgverify:operator-script"

  /// A value that only a client that hands on bytes as they are gets right; `metadata.odd-value` knows it as well.
  package static let oddKey = "imgverify:odd"
  package static let oddValue =
    "  \"two\" 'one' `x` $HOME \\n \\\\ %s %% *\t|\r\n\nü € 🐧 \\0 end "
  /// A value of many lines, each of 32 bytes: the nonce and the line's number.
  package static let bigKey = "imgverify:big"

  package static let datacenter = "imgverify-1"
  package static let serverUUID = "44454c4c-5900-1036-8052-b7c04f4d3032"
  package static let ownerUUID = "930896af-bf8c-48d4-885c-6573a94b1853"

  /// `sdc:hostname`, `sdc:alias`.
  package var hostname: String { edition.hostname ?? instance.hostname }
  /// The word that what can change from boot to boot holds.
  private var nonce: String { edition.nonce ?? instance.nonce }
  /// `sdc:resolvers`: that of the primary NIC.
  package var resolvers: [String] { instance.primaryNIC.map { [$0.resolver] } ?? [] }
  /// `root_authorized_keys`, one key a line.
  package var rootAuthorizedKeys: String { authorizedKeys.map { "\($0.trimmedText)\n" }.joined() }
  /// `user-data`, which the guest writes to `/var/db/mdata-user-data`.
  package var userData: String { "imgverify nonce \(nonce)\n" }
  /// nil: the key is not there.
  package var userScript: String? {
    script(edition.userScript, mark: InstanceDictionary.userScriptMark, key: InstanceDictionary.userScriptKey)
  }
  package var operatorScript: String? {
    script(
      edition.operatorScript, mark: InstanceDictionary.operatorScriptMark, key: InstanceDictionary.operatorScriptKey)
  }

  /// `cloud-init:user-data`: has cloud-init write the nonce and a line end to ``cloudConfigMark``. It stays what it was at
  /// the instance's first boot: cloud-init takes it once an instance.
  package var cloudConfig: String {
    """
    #cloud-config
    write_files:
    - path: \(InstanceDictionary.cloudConfigMark)
      permissions: '0600'
      content: \(OrderedJSON.string(instance.nonce + "\n").text)

    """
  }

  private func bigValue(lines: Int) -> String {
    (0..<lines).map { number in
      let digits = String(number)
      return "\(nonce) \(String(repeating: "0", count: max(0, 14 - digits.count)))\(digits)\n"
    }.joined()
  }

  /// A POSIX script that appends a line `NONCE SECONDS` to `mark`, and puts the nonce where there is `mdata-put`.
  ///
  /// What it is to end with is the last thing that happens: it leaves its mark in any case.
  private func script(_ kind: MetadataEdition.Script, mark: String, key: String) -> String? {
    guard kind != .removed else { return nil }
    let nonce =
      "'" + nonce.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    return """
      #!/bin/sh
      umask 077
      [ -d /var/tmp ] || mkdir -p -m 1777 /var/tmp
      echo \(nonce) "$(date +%s)" >>\(mark)
      PATH=$PATH:/usr/sbin:/sbin:/lib/smartdc
      if command -v mdata-put >/dev/null 2>&1; then
        mdata-put \(key) \(nonce) </dev/null
      fi
      exit \(kind == .fails ? 1 : 0)

      """
  }

  /// The machine as `vmadm get` would show it.
  ///
  /// Left out, so that GET answers NOTFOUND as SmartOS does for such machines: `image_uuid`, `vendor-data`, and the
  /// customer key `hostname`. `dns_domain` is there only where a domain is promised, which SmartOS does for containers.
  package var machine: OrderedJSON {
    let customer: [OrderedJSON.Member?] = [
      .init("root_authorized_keys", .string(rootAuthorizedKeys)),
      edition.overwritesKeys ? .init("overwrite_root_akeys", .string("overwrite")) : nil,
      userScript.map { .init("user-script", .string($0)) },
      .init("user-data", .string(userData)),
      .init("cloud-init:user-data", .string(cloudConfig)),
      .init(InstanceDictionary.oddKey, .string(InstanceDictionary.oddValue)),
      edition.bigLines.map { .init(InstanceDictionary.bigKey, .string(bigValue(lines: $0))) },
    ]
    let internalMetadata: [OrderedJSON.Member?] = [
      .init("root_pw", .string(instance.rootPassword)),
      operatorScript.map { .init("operator-script", .string($0)) },
    ]
    return .object([
      .init("uuid", .string(instance.uuid)),
      .init("zonename", .string(instance.uuid)),
      .init("alias", .string(hostname)),
      .init("hostname", .string(hostname)),
      .init("owner_uuid", .string(InstanceDictionary.ownerUUID)),
      .init("server_uuid", .string(InstanceDictionary.serverUUID)),
      .init("datacenter_name", .string(InstanceDictionary.datacenter)),
      .init("brand", .string("kvm")),
      .init("state", .string("running")),
      .init("ram", .number(layout.memory.mebibytes)),
      .init("vcpus", .number(layout.cpus)),
      .init("nics", .array(instance.nics.enumerated().map { InstanceDictionary.nic($1, number: $0) })),
      .init("resolvers", .array(resolvers.map(OrderedJSON.string))),
      .init(
        "routes", .object((instance.routes ?? []).map { .init($0.destination, .string($0.gateway)) })),
      .init("dns_domain", instance.domain.map(OrderedJSON.string) ?? .null),
      .init("tags", .object([])),
      .init("customer_metadata", .object(customer.compactMap { $0 })),
      .init("internal_metadata", .object(internalMetadata.compactMap { $0 })),
      .init("internal_metadata_namespaces", .array([])),
    ])
  }

  /// The store that answers for the instance.
  package var store: MetadataStore { MetadataStore(machine: machine) }

  /// One element of `sdc:nics`: the fields of the documented contract and those that SmartOS adds.
  static func nic(_ nic: Instance.NIC, number: Int) -> OrderedJSON {
    var members: [OrderedJSON.Member] = [
      .init("interface", .string(nic.interface)),
      .init("mac", .string(nic.mac)),
      .init("vlan_id", .number(0)),
      .init("nic_tag", .string(nic.primary ? "external" : "internal")),
    ]
    if nic.primary {
      members.append(.init("gateway", .string(nic.gateway)))
      members.append(.init("gateways", .array(nic.gateways.map(OrderedJSON.string))))
    }
    if nic.addressing == .dhcp {
      members.append(.init("ip", .string("dhcp")))
    } else {
      members.append(.init("netmask", .string(netmask(prefix: nic.prefix))))
      members.append(.init("ip", .string(nic.address)))
    }
    members += [
      .init("ips", .array(nic.ips.map(OrderedJSON.string))),
      .init("network_uuid", .string(networkUUID(number))),
      .init("model", .string("virtio")),
    ]
    if let mtu = nic.mtu { members.append(.init("mtu", .number(mtu))) }
    if nic.primary { members.append(.init("primary", .bool(true))) }
    return .object(members)
  }

  /// `255.255.252.0` for 22.
  static func netmask(prefix: Int) -> String {
    let length = UInt32(min(max(prefix, 0), 32))
    let mask = length == 0 ? 0 : ~UInt32(0) << (32 - length)
    return [24, 16, 8, 0].map { String(mask >> UInt32($0) & 255) }.joined(separator: ".")
  }

  private static func networkUUID(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "4f0d1d4c-6f6e-4f57-9b0a-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
  }
}

extension MetadataStore {
  /// The keys of one instance, made per mdata-dictionary.md.
  package init(boot: Boot, authorizedKeys: [String]) {
    self = InstanceDictionary(boot: boot, authorizedKeys: authorizedKeys).store
  }
}
