import Model

/// Rules of single values, from which the tables of fields are made.
enum ManifestValues {
  /// The value may be missing.
  static func optional(_ rule: @escaping ValueRule) -> ValueRule {
    { value in value == nil ? [] : rule(value) }
  }

  /// The value must be missing.
  static func absent(_ why: String) -> ValueRule {
    optional { value in [.refused(value, why)] }
  }

  /// Any value; the validators do not look at it.
  static let anything: ValueRule = { _ in [] }

  /// A string of characters that `allowed` takes.
  ///
  /// - Parameters:
  ///   - most: characters (UTF-16 units, as JavaScript counts) that the validators take.
  ///   - documented: characters that IMGAPI's documentation allows.
  static func text(
    _ rule: String, most: Int, documented: Int? = nil, empty: Bool = false,
    allowed: @escaping @Sendable (UInt8) -> Bool = { _ in true }
  ) -> ValueRule {
    { value in
      guard let text = value?.string else { return [.refused(value, "it must be a string \(rule)")] }
      var remarks: [Remark] = []
      if text.isEmpty && !empty || !text.utf8.allSatisfy(allowed) {
        remarks.append(.refused(value, "it must be a string \(rule)"))
      }
      let count = text.utf16.count
      if count > most {
        remarks.append(.refused(value, "it has \(count) characters where \(most) are allowed"))
      } else if let documented, count > documented {
        remarks.append(.unwise(value, "it has \(count) characters; IMGAPI's documentation allows \(documented)"))
      }
      return remarks
    }
  }

  static func oneOf(_ allowed: [String]) -> ValueRule {
    { value in
      if let text = value?.string, allowed.contains(text) { return [] }
      return [.refused(value, "it must be one of \(allowed.joined(separator: ", "))")]
    }
  }

  static let uuid: ValueRule = { value in
    if let text = value?.string, isUUID(text) { return [] }
    return [
      .refused(
        value, "it must be a UUID of lower-case hexadecimal digits, such as 0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01")
    ]
  }

  /// A boolean; IMGAPI also takes it as text.
  static let flag: ValueRule = { value in
    if value?.bool != nil { return [] }
    guard let text = value?.string, text == "true" || text == "false" else {
      return [.refused(value, "it must be true or false, without quotes")]
    }
    return [.unwise(value, "IMGAPI takes it as text, others need not: write \(text) without quotes")]
  }

  /// An address of the web.
  static func url(_ value: JSONValue?) -> [Remark] {
    let remarks = text("with a URL", most: 1024, documented: 128)(value)
    guard let text = value?.string, !text.isEmpty else { return remarks }
    let scheme = text.lowercased().prefix { $0 != ":" }
    guard text.utf8.contains(UInt8(ascii: ":")), scheme == "http" || scheme == "https" else {
      return remarks + [.refused(value, "it must be a URL that begins with http:// or https://")]
    }
    let rest = text.utf8.dropFirst(scheme.utf8.count + 1)
    guard rest.starts(with: "//".utf8), let first = rest.dropFirst(2).first, first != UInt8(ascii: "/") else {
      return remarks + [.unwise(value, "there is no name of a host behind \(scheme)://")]
    }
    return remarks
  }

  /// A list, each entry of which `isGood`; the first that is not is shown.
  static func list(_ rule: String, _ isGood: @escaping @Sendable (JSONValue) -> Bool) -> ValueRule {
    { value in
      guard let entries = value?.array else { return [.refused(value, "it must be a list \(rule)")] }
      guard let bad = entries.firstIndex(where: { !isGood($0) }) else { return [] }
      return [
        Remark(.refused, "has the entry \(Manifest.shown(entries[bad])) (number \(bad + 1)); it must be a list \(rule)")
      ]
    }
  }

  /// `YYYY-MM-DDTHH:MM:SSZ`, or with three decimals; the validators do not look at the calendar.
  static let date: ValueRule = { value in
    let rule = "it must be a UTC time like 2026-03-10T09:14:22Z, or with three decimals"
    guard let text = value?.string else { return [.refused(value, rule)] }
    let form = text.utf8.map { Characters.digit($0) ? UInt8(ascii: "0") : $0 }
    guard form == Array("0000-00-00T00:00:00Z".utf8) || form == Array("0000-00-00T00:00:00.000Z".utf8) else {
      return [.refused(value, rule)]
    }
    let digits = Array(text.utf8)
    let (year, month) = (number(digits[0..<4]), number(digits[5..<7]))
    let (day, hour) = (number(digits[8..<10]), number(digits[11..<13]))
    let real =
      (1...12).contains(month) && (1...days(month, of: year)).contains(day) && hour <= 23
      && number(digits[14..<16]) <= 59 && number(digits[17..<19]) <= 59
    return real ? [] : [.unwise(value, "there is no such day or time; the validators do not look, but programs do")]
  }

  /// A platform's stamp: `YYYYMMDDTHHMMSSZ` of 2012 or later.
  static func isStamp(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let form = bytes.map { Characters.digit($0) ? UInt8(ascii: "0") : $0 }
    guard form == Array("00000000T000000Z".utf8) else { return false }
    return number(bytes[0..<4]) >= 2012 && (1...12).contains(number(bytes[4..<6]))
      && (1...31).contains(number(bytes[6..<8])) && number(bytes[9..<11]) <= 23 && number(bytes[11..<13]) <= 59
      && number(bytes[13..<15]) <= 59
  }

  static func isUUID(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(Characters.lowerHex) }
  }

  /// The value of at most a few digits.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int {
    digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private static func days(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Classes of ASCII characters.
enum Characters {
  static func digit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  static func lowerHex(_ byte: UInt8) -> Bool { digit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte) }
  static func word(_ byte: UInt8) -> Bool {
    digit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
