import Model

/// Text from outside, made fit for people: bounded, and without anything that a terminal or a browser would obey.
///
/// Terminal escape sequences are removed; what is left of control characters becomes a visible sign (␀, ␛, …);
/// characters that turn the writing direction, private C1 controls and non-characters become U+FFFD. Line ends are
/// `\n`. The raw text stays in the journal and in the evidence files.
/// - Parameters:
///   - limit: UTF-8 bytes of the result, not counting the mark ` […]` that says that something was cut.
///   - lines: whether line breaks and tabs are kept; otherwise each becomes one space.
package func cleaned(_ text: String, atMost limit: Int, lines: Bool = true) -> String {
  let scalars = text.unicodeScalars
  var result = String.UnicodeScalarView()
  var size = 0
  var read = 0
  var position = scalars.startIndex
  while position != scalars.endIndex {
    let scalar = scalars[position]
    scalars.formIndex(after: &position)
    read += 1
    // Sequences are dropped without using up the limit, so what is read is limited, too.
    if size >= limit || read > limit * 4 { return cut(result) }
    var sign = scalar
    switch scalar.value {
    case 0x0A: sign = lines ? "\n" : " "
    case 0x09: sign = lines ? "\t" : " "
    case 0x0D:
      if position != scalars.endIndex, scalars[position] == "\n" { continue }
      sign = lines ? "\n" : " "
    case 0x85, 0x2028, 0x2029: sign = lines ? "\n" : " "
    case 0x1B:
      if let end = endOfSequence(scalars, after: position) {
        position = end
        continue
      }
      sign = "\u{241B}"
    case 0..<0x20: sign = Unicode.Scalar(0x2400 + scalar.value)!
    case 0x7F: sign = "\u{2421}"
    default: if isUnseemly(scalar) { sign = "\u{FFFD}" }
    }
    let width = UTF8.width(sign)
    if size + width > limit { return cut(result) }
    size += width
    result.append(sign)
  }
  return String(result)
}

private func cut(_ kept: String.UnicodeScalarView) -> String { String(kept) + " […]" }

/// C1 controls, marks that turn or hide text, and code points that XML forbids.
func isUnseemly(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x80...0x9F, 0x061C, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060, 0x2066...0x206F, 0xFEFF, 0xFFF9...0xFFFB,
    0xE0000...0xE007F:
    true
  default: scalar.properties.isNoncharacterCodePoint
  }
}

/// The end of the terminal sequence whose ESC stands before `start`; nil when what follows is none.
private func endOfSequence(_ scalars: String.UnicodeScalarView, after start: String.Index) -> String.Index? {
  guard start != scalars.endIndex else { return nil }
  var position = scalars.index(after: start)
  switch scalars[start].value {
  case 0x5B:  // CSI: parameters, then one final character.
    for _ in 0..<64 where position != scalars.endIndex {
      let value = scalars[position].value
      scalars.formIndex(after: &position)
      if (0x40...0x7E).contains(value) { return position }
      guard (0x20...0x3F).contains(value) else { return nil }
    }
    return nil
  case 0x5D, 0x50, 0x58, 0x5E, 0x5F:  // OSC, DCS, SOS, PM, APC: text up to BEL or ESC \.
    for _ in 0..<256 where position != scalars.endIndex {
      let value = scalars[position].value
      scalars.formIndex(after: &position)
      if value == 0x07 { return position }
      if value == 0x1B {
        return position != scalars.endIndex && scalars[position] == "\\" ? scalars.index(after: position) : nil
      }
      if value == 0x0A { return nil }
    }
    return nil
  case 0x20...0x2F:  // Character sets: one more character.
    guard position != scalars.endIndex, (0x30...0x7E).contains(scalars[position].value) else { return nil }
    return scalars.index(after: position)
  case 0x30...0x7E: return position
  default: return nil
  }
}

/// A number of seconds as a report may show it: 0...10⁹, rounded to milliseconds; nonsense becomes 0.
func sane(seconds: Double) -> Double {
  guard seconds.isFinite, seconds > 0 else { return 0 }
  return (min(seconds, 1e9) * 1000).rounded() / 1000
}

/// `0.4 s`, `75 s`, `12 min 5 s`, for any number.
func forPeople(seconds: Double) -> String { Duration.milliseconds(Int64(sane(seconds: seconds) * 1000)).forPeople }

extension Finding {
  /// The finding with every text bounded; what the journal writes, so that each line has a bounded length.
  var bounded: Finding { mapped { text, limit, _ in limited(text, atMost: limit) } }

  /// The finding with every text bounded and clean; what the reports show.
  var forReports: Finding {
    var result = mapped { cleaned($0, atMost: $1, lines: $2) }
    result.seconds = sane(seconds: seconds)
    return result
  }

  private func mapped(_ change: (_ text: String, _ limit: Int, _ lines: Bool) -> String) -> Finding {
    func long(_ text: String) -> String { change(text, 4 << 10, true) }
    func short(_ text: String) -> String { change(text, 512, false) }
    var result = self
    result.check = short(check)
    result.title = short(title)
    result.boot = boot.map(short)
    result.remedy = long(remedy)
    result.clauses = short(clauses)
    switch outcome {
    case .passed: break
    case .failed(let text): result.outcome = .failed(reason: long(text))
    case .skipped(let text): result.outcome = .skipped(why: long(text))
    case .broken(let text): result.outcome = .broken(error: long(text))
    case .flaky(let text): result.outcome = .flaky(reason: long(text))
    case .waived(let reason, let until, let by):
      result.outcome = .waived(reason: long(reason), until: short(until), by: short(by))
    }
    result.evidence = evidence.prefix(32).map { item in
      var item = item
      item.name = short(item.name)
      item.text = item.text.map { change($0, Evidence.maximumText, true) }
      item.file = item.file.map { change($0, 1024, false) }
      return item
    }
    let kept = notes.sorted { $0.key < $1.key }.prefix(64).map { (short($0.key), change($0.value, 1024, true)) }
    result.notes = Dictionary(kept, uniquingKeysWith: { first, _ in first })
    return result
  }
}

extension Trouble {
  var bounded: Trouble { mapped { text, limit, _ in limited(text, atMost: limit) } }
  var forReports: Trouble { mapped { cleaned($0, atMost: $1, lines: $2) } }

  private func mapped(_ change: (_ text: String, _ limit: Int, _ lines: Bool) -> String) -> Trouble {
    Trouble(
      boot: boot.map { change($0, 512, false) }, code: change(code, 512, false), message: change(message, 4 << 10, true)
    )
  }
}

/// `text`, or its beginning and a mark; nothing else is changed.
func limited(_ text: String, atMost limit: Int) -> String {
  guard text.utf8.count > limit else { return text }
  var end = text.utf8.index(text.startIndex, offsetBy: limit)
  while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
  return String(text[..<end]) + " […]"
}
