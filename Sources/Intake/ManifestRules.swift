import Model

/// What a rule says of a value.
struct Remark: Hashable, Sendable {
  enum Weight: Hashable, Sendable {
    /// A validator refuses it, or no machine can be made of the image.
    case refused
    /// It is accepted, and likely to be a mistake.
    case unwise
    /// It is usual, and good to know.
    case noted
  }
  var weight: Weight
  var message: String

  init(_ weight: Weight, _ message: String) { (self.weight, self.message) = (weight, message) }

  static func refused(_ value: JSONValue?, _ rule: String) -> Remark {
    Remark(.refused, "is \(Manifest.shown(value)); \(rule)")
  }
  static func unwise(_ value: JSONValue?, _ rule: String) -> Remark {
    Remark(.unwise, "is \(Manifest.shown(value)); \(rule)")
  }
}

/// Looks at a value, nil when it is missing, and says all that there is to say of it.
typealias ValueRule = @Sendable (JSONValue?) -> [Remark]

/// A member of an object, and its rule.
struct FieldRule: Sendable {
  var field: String
  var rule: ValueRule

  init(_ field: String, _ rule: @escaping ValueRule) { (self.field, self.rule) = (field, rule) }
}

/// All that is said of one manifest, in the order of the rules.
///
/// The rules are those of node-imgmanifest and of IMGAPI's import; where those let nonsense through (a SHA-1 of any
/// length, an image size of 0), the rule is what using the image needs.
struct ManifestRules {
  private(set) var reading = ManifestReading(manifest: nil, violations: [])

  /// Unknown members that are named one by one; a document may have thousands.
  private static let unknownNamed = 16

  mutating func add(_ field: String, _ remarks: [Remark]) {
    for remark in remarks {
      let said = ManifestViolation(field, remark.message)
      switch remark.weight {
      case .refused: reading.violations.append(said)
      case .unwise: reading.warnings.append(said)
      case .noted: reading.notes.append(said)
      }
    }
  }

  /// Holds the members of an object to their rules.
  ///
  /// - Parameters:
  ///   - path: what stands before the members' names: `requirements.`.
  ///   - unknown: what is said of a member that has no rule.
  mutating func hold(
    _ object: [String: JSONValue], to rules: [FieldRule], path: String = "", unknown: (JSONValue) -> Remark
  ) {
    for rule in rules { add(path + rule.field, rule.rule(object[rule.field])) }
    let known = Set(rules.map(\.field))
    let strange = object.keys.filter { !known.contains($0) }.sorted()
    for name in strange.prefix(Self.unknownNamed) { add(path + Manifest.named(name), [unknown(object[name] ?? .null)]) }
    if strange.count > Self.unknownNamed {
      var remark = unknown(.null)
      remark.message = "has \(strange.count - Self.unknownNamed) more members that are not known"
      add(path.isEmpty ? "manifest" : String(path.dropLast()), [remark])
    }
  }
}

extension Manifest {
  /// Holds a document, which is an object, to all rules.
  static func read(_ document: JSONValue) -> ManifestReading {
    var rules = ManifestRules()
    rules.hold(document.object ?? [:], to: ManifestFields.rules(type: document["type"]?.string)) { value in
      .refused(value, "neither IMGAPI nor imgadm knows such a field; put what is your own into tags")
    }
    rules.holdFile(document["files"])
    rules.holdRequirements(document["requirements"])
    rules.holdTogether(document)
    var reading = rules.reading
    reading.manifest = Manifest(document)
    return reading
  }

  /// The values, when all that intake needs can be made out, right or not.
  private init?(_ document: JSONValue) {
    guard let uuid = document["uuid"]?.string, let name = document["name"]?.string,
      let version = document["version"]?.string, let type = document["type"]?.string,
      let os = document["os"]?.string, let file = File(document["files"]),
      let imageSize = ManifestFields.volumeMebibytes(document["image_size"]),
      let nic = document["nic_driver"]?.string, let disk = document["disk_driver"]?.string,
      let cpu = document["cpu_type"]?.string
    else { return nil }
    (self.uuid, self.name, self.version, self.type, self.os) = (uuid, name, version, type, os)
    (self.file, self.imageSize) = (file, .mebibytes(Int(imageSize)))
    (nicDriver, diskDriver, cpuType) = (nic, disk, cpu)
    let requirements = document["requirements"]
    let ram = requirements?["min_ram"]?.integer ?? 0
    minimumRAM = ManifestFields.mebibytes.contains(ram) ? .mebibytes(Int(ram)) : nil
    (brand, bootrom) = (requirements?["brand"]?.string, requirements?["bootrom"]?.string)
    origin = document["origin"]?.string
    users = document["users"]?.array?.compactMap { $0["name"]?.string } ?? []
    json = document
  }
}
