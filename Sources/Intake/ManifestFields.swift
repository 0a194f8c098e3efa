import Model

/// The fields of a manifest, one line a field, in the order of the reference.
enum ManifestFields {
  /// MiB that memory and volumes may have; 16 TiB is beyond any.
  static let mebibytes: ClosedRange<Int64> = 1...(16 << 20)

  private static let driver = "of what the hypervisor knows (virtio for a hybrid image)"

  /// - Parameter type: the document's `type`; the fields of a zvol are not missed in another.
  static func rules(type: String?) -> [FieldRule] {
    typealias Rules = ManifestValues
    func ofVolume(_ rule: @escaping ValueRule) -> ValueRule {
      type == nil || type == "zvol" ? rule : Rules.optional(rule)
    }
    return [
      .init("v", version),
      .init("uuid", Rules.uuid),
      .init("owner", owner),
      .init(
        "name",
        Rules.text("of letters, digits, and . _ / - and blanks", most: 1024, documented: 512) {
          Characters.word($0) || "._/ -".utf8.contains($0)
        }),
      .init(
        "version",
        Rules.text("of letters, digits, and . _ / + -", most: 512, documented: 128) {
          Characters.word($0) || "._/+-".utf8.contains($0)
        }),
      .init("description", Rules.optional(Rules.text("", most: 10240, documented: 512, empty: true))),
      .init("homepage", homepage),
      .init("eula", Rules.optional(Rules.url)),
      .init("disabled", Rules.optional(disabled)),
      .init("activated", Rules.absent("the server sets it, and its import refuses it: leave it out")),
      .init("published_at", Rules.optional(Rules.date)),
      .init("state", Rules.optional(Rules.oneOf(["active", "unactivated", "disabled", "failed", "creating"]))),
      .init("public", isPublic),
      .init("type", ofImage),
      .init("os", Rules.oneOf(["smartos", "linux", "windows", "bsd", "illumos", "other"])),
      .init("files", Rules.anything),  // ManifestFiles.swift
      .init("origin", Rules.optional(Rules.uuid)),
      .init("icon", Rules.absent("an icon is uploaded by itself, and import refuses the field: leave it out")),
      .init("acl", Rules.optional(acl)),
      .init("requirements", Rules.anything),  // ManifestRequirements.swift
      .init("users", Rules.optional(users)),
      .init("generate_passwords", Rules.optional(Rules.flag)),
      .init(
        "billing_tags",
        Rules.optional(
          Rules.list("of strings, each of at most 128 characters") { ($0.string?.utf16.count ?? 129) <= 128 })),
      .init("traits", Rules.optional(traits)),
      .init("tags", Rules.optional(tags)),
      .init(
        "inherited_directories",
        Rules.absent("only images of type zone-dataset inherit directories: leave it out")),
      .init("nic_driver", ofVolume(oneOf(["virtio", "e1000", "rtl8139"], driver))),
      .init("disk_driver", ofVolume(oneOf(["virtio", "ide", "scsi", "ahci", "nvme"], driver))),
      .init("cpu_type", ofVolume(cpuType)),
      .init("image_size", ofVolume(imageSize)),
      .init("channels", Rules.absent("imgadm fails on it, and import drops it: leave it out")),
      .init("urn", Rules.anything),
      .init("error", Rules.optional(failure)),
    ]
  }

  // MARK: Rules of one field

  private static let version: ValueRule = { value in
    let rule = "it must be the number 2, the version of the manifest's form"
    guard let number = value?.integer ?? value?.string.flatMap({ Int64($0) }), number >= 2 else {
      return [.refused(value, rule)]
    }
    if number > 2 { return [.unwise(value, "IMGAPI takes it, but no form above 2 is known; write 2")] }
    return value?.string == nil ? [] : [.unwise(value, "it is text; write the number 2 without quotes")]
  }

  private static let owner: ValueRule = { value in
    if value?.string == "00000000-0000-0000-0000-000000000000" {
      return [Remark(.noted, "is the zero UUID: a data center gives the image to its own admin account")]
    }
    return ManifestValues.uuid(value)
  }

  private static let homepage: ValueRule = { value in
    if value == nil { return [.unwise(value, "say where people find out more about the image")] }
    return ManifestValues.url(value)
  }

  private static let disabled: ValueRule = { value in
    guard value?.bool == true || value?.string == "true" else { return ManifestValues.flag(value) }
    return [.unwise(value, "no instance can be made of a disabled image")]
  }

  private static let isPublic: ValueRule = { value in
    if value == nil || value?.bool == false {
      return [.unwise(value, "a public image server (IMGAPI in mode public) takes only images that say true")]
    }
    return ManifestValues.flag(value)
  }

  private static let ofImage: ValueRule = { value in
    let known = ["zone-dataset", "zvol", "lx-dataset", "lxd", "docker", "other"]
    guard let type = value?.string, known.contains(type) else { return ManifestValues.oneOf(known)(value) }
    return type == "zvol" ? [] : [.refused(value, "imgverify judges images of virtual machines, whose type is zvol")]
  }

  private static let acl: ValueRule = { value in
    if let text = value?.string, ManifestValues.isUUID(text) {
      return [.unwise(value, "a server takes it as a list of one, others need not: write a list")]
    }
    return ManifestValues.list("of the UUIDs of accounts, in lower case") {
      $0.string.map(ManifestValues.isUUID) == true
    }(
      value)
  }

  private static let users: ValueRule = ManifestValues.list(
    "of objects with the one member name, such as [{\"name\": \"root\"}]"
  ) { user in
    user.object?.count == 1 && user["name"]?.string?.isEmpty == false
  }

  private static let traits: ValueRule = { value in
    let rule = "it must be an object whose values are strings, booleans or lists"
    guard let traits = value?.object else { return [.refused(value, rule)] }
    let bad = traits.sorted { $0.key < $1.key }.first {
      $0.value.string == nil && $0.value.bool == nil && $0.value.array == nil
    }
    guard let bad else { return [] }
    return [Remark(.refused, "has \(Manifest.named(bad.key)) = \(Manifest.shown(bad.value)); \(rule)")]
  }

  private static let tags: ValueRule = { value in
    guard let value, value.object != nil else { return [.refused(value, "it must be an object")] }
    let count = value.text.utf16.count
    return count <= 102_400
      ? [] : [.refused(value, "it has \(count) characters of JSON where 102400 are allowed")]
  }

  private static func oneOf(_ known: [String], _ what: String) -> ValueRule {
    { value in
      guard let text = value?.string, known.contains(text) else {
        return [.refused(value, "it must be one \(what): \(known.joined(separator: ", "))")]
      }
      return []
    }
  }

  private static let cpuType: ValueRule = { value in
    guard let text = value?.string, !text.isEmpty else {
      return [.refused(value, "it must be a string: host, or qemu64")]
    }
    return text == "host" || text == "qemu64"
      ? [] : [.unwise(value, "images say host or qemu64; QEMU may not know another on every machine")]
  }

  private static let imageSize: ValueRule = { value in
    guard volumeMebibytes(value) != nil else {
      return [.refused(value, "it must be the volume's size in MiB, a whole number above 0")]
    }
    return value?.string == nil ? [] : [.unwise(value, "it is text; write the number without quotes")]
  }

  /// MiB of `image_size`, which IMGAPI also takes as text; nil when it is no size.
  static func volumeMebibytes(_ value: JSONValue?) -> Int64? {
    let number = value?.integer ?? value?.string.flatMap { Int64($0) }
    guard let number, mebibytes.contains(number) else { return nil }
    return number
  }

  private static let failure: ValueRule = { value in
    value?.object == nil
      ? [.refused(value, "it must be an object; servers write it into images that failed")]
      : [.unwise(value, "servers write it into images that failed; leave it out")]
  }
}

extension ManifestRules {
  /// The rules that look at several fields.
  mutating func holdTogether(_ document: JSONValue) {
    let passwords = document["generate_passwords"]
    if passwords?.bool == true || passwords?.string == "true", document["users"]?.array?.isEmpty != false {
      add(
        "generate_passwords",
        [.unwise(passwords, "but there are no users to generate one for; name them in users, or leave it out")])
    }
    // The first platform that takes the sign.
    let first = "20161118T231131Z"
    let platforms = document["requirements"]?["min_platform"]?.object?.values.compactMap(\.string) ?? []
    if document["version"]?.string?.utf8.contains(UInt8(ascii: "+")) == true,
      platforms.isEmpty || platforms.contains(where: { $0 < first })
    {
      add("version", [.unwise(document["version"], "platforms before \(first) refuse the sign +; avoid it")])
    }
    holdDrivers(document)
  }

  /// A driver that only one hypervisor knows does for an image that names that one as its brand.
  private mutating func holdDrivers(_ document: JSONValue) {
    let known: [(brand: String, field: String, values: [String])] = [
      ("kvm", "nic_driver", ["virtio", "e1000", "rtl8139"]), ("kvm", "disk_driver", ["virtio", "ide", "scsi"]),
      ("bhyve", "nic_driver", ["virtio"]), ("bhyve", "disk_driver", ["virtio", "ahci", "nvme"]),
    ]
    let brand = document["requirements"]?["brand"]?.string
    for field in ["nic_driver", "disk_driver"] {
      guard let value = document[field]?.string,
        known.contains(where: { $0.field == field && $0.values.contains(value) })
      else { continue }
      for entry in known where entry.field == field && (brand == nil || brand == entry.brand) {
        guard !entry.values.contains(value) else { continue }
        add(field, [.unwise(document[field], "\(entry.brand) does not know it; write virtio")])
      }
    }
  }
}
