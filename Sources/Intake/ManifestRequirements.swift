import Model

/// The members of `requirements`; those that JavaScript takes for false are passed over, as the validators do.
enum ManifestRequirements {
  static let rules: [FieldRule] = [
    .init(
      "networks",
      given(
        ManifestValues.list("of objects with the members name and description alone, such as net0 and public") {
          $0.object?.count == 2 && $0["name"]?.string != nil && $0["description"]?.string != nil
        })),
    .init(
      "brand",
      given { value in
        value?.string == "kvm" || value?.string == "bhyve"
          ? [] : [.refused(value, "machines with a zvol have the brand kvm or bhyve; a hybrid image names none")]
      }),
    .init(
      "ssh_key",
      given { value in value?.bool != nil ? [] : [.refused(value, "it must be true or false, without quotes")] }),
    .init(
      "min_ram",
      { value in
        if value == nil { return [.unwise(value, "say how many MiB of memory the image needs")] }
        return given(memory)(value)
      }),
    .init("max_ram", given(memory)),
    .init("min_platform", given(platforms)),
    .init("max_platform", given(platforms)),
    .init(
      "bootrom",
      given { value in
        value?.string == "bios" || value?.string == "uefi" ? [] : [.refused(value, "it must be bios or uefi")]
      }),
  ]

  /// The rule holds for values that are not missing, null, false, 0 or empty text.
  private static func given(_ rule: @escaping ValueRule) -> ValueRule {
    { value in isGiven(value) ? rule(value) : [] }
  }

  static func isGiven(_ value: JSONValue?) -> Bool {
    switch value {
    case nil, .null, .bool(false), .integer(0), .number(0), .string(""): false
    default: true
    }
  }

  private static let memory: ValueRule = { value in
    if let number = value?.integer, ManifestFields.mebibytes.contains(number) { return [] }
    return [.refused(value, "it must be a whole number of MiB, without quotes")]
  }

  private static let platforms: ValueRule = { value in
    let rule = "it must be an object like {\"7.0\": \"20210826T002459Z\"}"
    guard let stamps = value?.object, !stamps.isEmpty else { return [.refused(value, rule)] }
    let bad = stamps.sorted { $0.key < $1.key }.first { $0.value.string.map(ManifestValues.isStamp) != true }
    guard let bad else { return [] }
    return [
      Remark(
        .refused,
        "has \(Manifest.named(bad.key)) = \(Manifest.shown(bad.value)); \(rule), of 2012 or later, to the second")
    ]
  }
}

extension ManifestRules {
  /// `requirements`, and what its members ask of each other.
  mutating func holdRequirements(_ value: JSONValue?) {
    if let value, value.object == nil {
      add("requirements", [.refused(value, "it must be an object")])
      return
    }
    let members = value?.object ?? [:]
    hold(members, to: ManifestRequirements.rules, path: "requirements.") { value in
      .refused(value, "no such requirement is known (unsupported requirement)")
    }
    if let (least, most) = both(members["min_ram"]?.integer, members["max_ram"]?.integer), most > 0, least > most {
      add("requirements.max_ram", [.refused(members["max_ram"], "it is less than min_ram, which is \(least)")])
    }
    holdPlatforms(members["min_platform"]?.object ?? [:], members["max_platform"]?.object ?? [:])
    let (brand, bootrom) = (members["brand"], members["bootrom"])
    guard ManifestRequirements.isGiven(bootrom), brand?.string != "bhyve" else { return }
    add(
      "requirements.bootrom",
      [
        .refused(
          bootrom,
          "only an image whose brand is bhyve may choose its ROM, but the brand is \(Manifest.shown(brand)): "
            + "leave bootrom out of a hybrid image")
      ])
  }

  /// No platform is both before the last and after the first.
  private mutating func holdPlatforms(_ least: [String: JSONValue], _ most: [String: JSONValue]) {
    for (version, stamp) in most.sorted(by: { $0.key < $1.key }) {
      guard let (first, last) = both(least[version]?.string, stamp.string), first > last,
        ManifestValues.isStamp(first), ManifestValues.isStamp(last)
      else { continue }
      add(
        "requirements.max_platform",
        [
          Remark(
            .refused,
            "has \(Manifest.named(version)) = '\(last)', which is before min_platform's '\(first)': no platform is left"
          )
        ])
      return
    }
  }

  private func both<T>(_ a: T?, _ b: T?) -> (T, T)? {
    guard let a, let b else { return nil }
    return (a, b)
  }
}
