import Model

/// The rules of a manifest: each looks at one field, notes what is wrong, and gives the value when there is one.
///
/// The rules are those of node-imgmanifest; where it lets nonsense through (a SHA-1 of any length, an image size of
/// 0) the rule is what installing the image needs.
struct ManifestRules {
  let document: JSONValue
  private(set) var violations: [ManifestViolation] = []

  init(_ document: JSONValue) { self.document = document }

  private mutating func note(_ field: String, _ value: JSONValue?, _ rule: String) {
    violations.append(.init(field, "is \(Manifest.shown(value)); \(rule)"))
  }

  /// A string of characters that `allowed` takes, not empty, at most `limit` long.
  mutating func text(
    _ field: String, limit: Int = 1024, _ rule: String, allowed: (UInt8) -> Bool = { _ in true }
  ) -> String? {
    let value = document[field]
    guard let text = value?.string else {
      note(field, value, "it must be a string \(rule)")
      return nil
    }
    if text.isEmpty || !text.utf8.allSatisfy(allowed) { note(field, value, "it must be a string \(rule)") }
    if text.utf8.count > limit { note(field, value, "it has \(text.utf8.count) characters where \(limit) are allowed") }
    return text
  }

  mutating func oneOf(_ field: String, _ allowed: [String]) -> String? {
    let value = document[field]
    guard let text = value?.string, allowed.contains(text) else {
      note(field, value, "it must be one of \(allowed.joined(separator: ", "))")
      return value?.string
    }
    return text
  }

  mutating func version() {
    // IMGAPI converts: builders do write "v": "2".
    let value = document["v"]
    let number = value?.integer ?? value?.string.flatMap { Int64($0) }
    if number ?? 0 < 1 { note("v", value, "it must be the number 2, the version of the manifest's form") }
  }

  mutating func uuid() -> String? {
    let value = document["uuid"]
    guard let text = value?.string, isUUID(text) else {
      note(
        "uuid", value,
        "it must be a UUID of lower-case hexadecimal digits, such as 0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01")
      return value?.string
    }
    return text
  }

  mutating func type() -> String? {
    let known = ["zone-dataset", "zvol", "lx-dataset", "lxd", "docker", "other"]
    guard let type = oneOf("type", known) else { return nil }
    if type != "zvol", known.contains(type) {
      note("type", .string(type), "imgverify judges images of virtual machines, whose type is zvol")
    }
    return type
  }

  mutating func imageSize() -> ByteCount? {
    let value = document["image_size"]
    // IMGAPI converts text, so "10240" passes there; 16 TiB is beyond any image.
    let number = value?.integer ?? value?.string.flatMap { Int64($0) }
    guard let number, number > 0, number <= 16 << 20 else {
      note("image_size", value, "it must be the volume's size in MiB, a whole number above 0")
      return nil
    }
    return .mebibytes(Int(number))
  }

  mutating func file() -> Manifest.File? {
    let value = document["files"]
    guard let files = value?.array, files.count == 1, files[0].object != nil else {
      let what = value?.array.map { "has \($0.count) entries" } ?? "is \(Manifest.shown(value))"
      violations.append(
        .init("files", "\(what); it must be a list of exactly one object with sha1, size and compression"))
      return nil
    }
    let entry = files[0]
    let sha1 = entry["sha1"]?.string
    if sha1?.utf8.count != 40 || sha1?.utf8.allSatisfy(isLowerHex) != true {
      note(
        "files[0].sha1", entry["sha1"],
        "it must be the SHA-1 of the image file as it is, 40 lower-case hexadecimal digits")
    }
    var size = entry["size"]?.integer
    if size ?? 0 <= 0 {
      note("files[0].size", entry["size"], "it must be the size of the image file as it is, in bytes")
      size = nil
    } else if size! > 20 << 30 {
      note("files[0].size", entry["size"], "IMGAPI takes files up to 20 GiB (21474836480 bytes)")
    }
    let compression = compression(entry["compression"])
    guard let sha1, let size, let compression else { return nil }
    return .init(
      sha1: sha1, size: size, compression: compression,
      datasetGUID: entry["dataset_guid"]?.string.flatMap { UInt64($0) })
  }

  private mutating func compression(_ value: JSONValue?) -> Manifest.Compression? {
    guard let compression = value?.string.flatMap(Manifest.Compression.init) else {
      note("files[0].compression", value, "it must be one of gzip, bzip2, xz, none")
      return nil
    }
    if compression == .bzip2 || compression == .xz {
      note("files[0].compression", value, "that is valid, but imgverify does not unpack it yet: use gzip")
    }
    return compression
  }

  mutating func users() -> [String] {
    guard let value = document["users"] else { return [] }
    let names = value.array?.map { user -> String? in user.object?.count == 1 ? user["name"]?.string : nil }
    guard let names, !names.contains(nil) else {
      note("users", value, "it must be a list of objects with the one member name, such as [{\"name\": \"root\"}]")
      return []
    }
    return names.compactMap { $0 }
  }

  mutating func minimumRAM() -> ByteCount? {
    guard let requirements = document["requirements"] else { return nil }
    guard requirements.object != nil else {
      note("requirements", requirements, "it must be an object")
      return nil
    }
    guard let value = requirements["min_ram"] else { return nil }
    guard let number = value.integer, number >= 0, number <= 16 << 20 else {
      note("requirements.min_ram", value, "it must be a whole number of MiB")
      return nil
    }
    return number == 0 ? nil : .mebibytes(Int(number))
  }

  private func isLowerHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  private func isUUID(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(isLowerHex) }
  }
}

extension Manifest {
  /// Holds a document to all rules.
  static func read(_ document: JSONValue) -> ManifestReading {
    var rules = ManifestRules(document)
    rules.version()
    let uuid = rules.uuid()
    let name = rules.text("name", "of letters, digits, and . _ / - and blanks") {
      isWordCharacter($0) || "._/ -".utf8.contains($0)
    }
    let version = rules.text("version", limit: 512, "of letters, digits, and . _ / + -") {
      isWordCharacter($0) || "._/+-".utf8.contains($0)
    }
    let type = rules.type()
    let os = rules.oneOf("os", ["smartos", "linux", "windows", "bsd", "illumos", "other"])
    let file = rules.file()
    let imageSize = rules.imageSize()
    let nic = rules.text("nic_driver", "(virtio for a hybrid image)")
    let disk = rules.text("disk_driver", "(virtio for a hybrid image)")
    let cpu = rules.text("cpu_type", "(host, or qemu64)")
    let users = rules.users()
    let ram = rules.minimumRAM()
    guard let uuid, let name, let version, let type, let os, let file, let imageSize, let nic, let disk, let cpu else {
      return ManifestReading(manifest: nil, violations: rules.violations)
    }
    let manifest = Manifest(
      uuid: uuid, name: name, version: version, type: type, os: os, imageSize: imageSize, file: file, nicDriver: nic,
      diskDriver: disk, cpuType: cpu, minimumRAM: ram, users: users, json: document)
    return ManifestReading(manifest: manifest, violations: rules.violations)
  }

  private static func isWordCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
