package import Foundation
package import Model

/// What ``pack(disk:to:manifest:options:)`` is told of the image; the defaults are those of a hybrid image.
package struct PackOptions: Sendable {
  /// One NIC that the image asks for.
  package struct Network: Hashable, Sendable {
    package var name: String
    package var description: String
    package init(name: String, description: String) { (self.name, self.description) = (name, description) }
  }

  package var name: String
  package var version: String
  package var os = "linux"
  package var description = ""
  package var homepage: String?
  /// Of the image; random when nil.
  package var uuid: String?
  /// The zero UUID is the admin account of whoever takes the image.
  package var owner = "00000000-0000-0000-0000-000000000000"
  package var isPublic = true
  /// Of the snapshot and of publishing, whole seconds; now when nil.
  package var date: Date?

  package var minimumRAM: ByteCount?
  package var maximumRAM: ByteCount?
  /// `kvm` or `bhyve`; nil for a hybrid image.
  package var brand: String?
  /// `bios` or `uefi`, with the brand bhyve only.
  package var bootrom: String?
  package var nicDriver = "virtio"
  package var diskDriver = "virtio"
  package var cpuType = "host"
  package var sshKey = true
  package var networks = [Network(name: "net0", description: "public")]
  package var users = ["root"]
  /// Left out when nil, which means yes.
  package var generatePasswords: Bool?
  package var tags = ["role": "os"]

  /// Of the snapshot, not 0; random when nil.
  package var guid: UInt64?
  /// Of the volume, a power of two, 512...131072; what SmartOS gives its volumes.
  package var blockSize = 8192
  /// `gzip` or `none`.
  package var compression = Manifest.Compression.gzip
  /// Of gzip: 0 (quickest)...3 (packs best).
  package var level = 2

  package init(name: String, version: String) { (self.name, self.version) = (name, version) }
}

extension PackOptions {
  /// The manifest of the image that these options make.
  func document(of identity: PackIdentity, sha1: String, fileSize: Int64) -> JSONValue {
    var requirements: [String: JSONValue] = [
      "networks": .array(
        networks.map { ["name": .string($0.name), "description": .string($0.description)] }), "ssh_key": .bool(sshKey),
    ]
    requirements["min_ram"] = minimumRAM.map { .integer(Int64($0.mebibytes)) }
    requirements["max_ram"] = maximumRAM.map { .integer(Int64($0.mebibytes)) }
    requirements["brand"] = brand.map(JSONValue.string)
    requirements["bootrom"] = bootrom.map(JSONValue.string)
    let file: JSONValue = [
      "sha1": .string(sha1), "size": .integer(fileSize), "compression": .string(compression.rawValue),
      "dataset_guid": .string("\(identity.guid)"),
    ]
    var members: [String: JSONValue] = [
      "v": 2, "uuid": .string(identity.uuid), "owner": .string(owner), "name": .string(name),
      "version": .string(version), "description": .string(description),
      "published_at": .string(identity.date.formatted(.iso8601)), "public": .bool(isPublic), "disabled": false,
      "state": "active", "type": "zvol", "os": .string(os), "requirements": .object(requirements),
      "users": .array(users.map { ["name": .string($0)] }), "nic_driver": .string(nicDriver),
      "disk_driver": .string(diskDriver), "cpu_type": .string(cpuType),
      "image_size": .integer(Int64(identity.imageSize.mebibytes)), "tags": .object(tags.mapValues(JSONValue.string)),
      "files": [file],
    ]
    members["homepage"] = homepage.map(JSONValue.string)
    members["generate_passwords"] = generatePasswords.map(JSONValue.bool)
    return .object(members)
  }
}
