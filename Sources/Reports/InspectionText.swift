import Foundation
import Model

extension Inspection {
  /// The inspection for a person: what the image is, what stands on it, what is wrong, and the verdict last.
  ///
  /// - Parameters:
  ///   - colour: Whether to set colours; nothing is said by colour alone.
  ///   - width: Columns to wrap sentences at, taken as at least 40; rows of the table are never broken.
  package func text(colour: Bool, width: Int) -> String {
    var page = Page(colour: colour, width: max(40, width), folder: nil)
    page.line(image, .bold)
    for (name, value) in fileRows + streamRows + diskRows { page.row(name, value) }
    if let disk = facts.disk, !disk.partitions.isEmpty {
      page.blank()
      for line in aligned(disk.rows) { page.line("  " + line) }
    }
    for (index, (heading, sign, sentences)) in sections.enumerated() {
      page.blank()
      page.line(heading, .bold)
      for sentence in sentences {
        page.wrapped("\(sign) \(sentence)", first: 2, rest: 4, index == 0 && sign == "✗" ? .red : .plain)
      }
    }
    page.blank()
    page.line(verdict, good ? .green : .red)
    return page.text
  }

  private var verdict: String {
    let wrong =
      problems.count + (manifest.map { $0.violations.count + $0.mismatches.count } ?? 0)
      + sentences { $0.isWrong }.count
    if !good, wrong == 0 { return "UNKNOWN: the image's files could not be read" }
    if good { return manifest == nil ? "GOOD: nothing is wrong with the image" : "GOOD: image and manifest agree" }
    return "BAD: \(counted(wrong, "thing")) wrong"
  }

  private var sections: [(heading: String, sign: String, sentences: [String])] {
    let of = manifest
    return [
      ("Wrong with the image", "✗", problems),
      ("Wrong with the image's files", "✗", sentences { $0.isWrong }),
      ("The image's files could not be judged", "?", broken),
      ("Wrong with the manifest", "✗", of?.violations.map { "\($0.field) \($0.message)" } ?? []),
      ("Manifest and image do not agree", "✗", of?.mismatches ?? []),
      ("Warnings", "!", (of?.warnings.map { "\($0.field) \($0.message)" } ?? []) + oldPools),
      ("Not clean in the image's files", "!", sentences { $0.outcome.name == "failed" && !$0.isWrong }),
      ("Of note", "·", (facts.disk?.notes ?? []) + skipped),
    ].filter { !$0.sentences.isEmpty }
  }

  /// Of the findings that are wanted, each with its check's name.
  private func sentences(of isWanted: (Finding) -> Bool) -> [String] {
    (findings ?? []).filter(isWanted).map { "\($0.check): \($0.outcome.text)" }
  }
  /// Why checks of the files could not judge; most share one reason.
  private var broken: [String] { reasons("broken") }
  private var skipped: [String] { reasons("skipped") }
  private func reasons(_ outcome: String) -> [String] {
    let found = (findings ?? []).filter { $0.outcome.name == outcome }
    return Set(found.map(\.outcome.text)).sorted().map { text in
      let checks = found.filter { $0.outcome.text == text }.map(\.check)
      return "\(checks.count == 1 ? checks[0] : "\(checks.count) checks") \(outcome): \(text)"
    }
  }

  private var oldPools: [String] {
    (facts.stream?.smartOS ?? []).filter(\.oldPoolsOnly).map { "old pools do not take it (\($0.rule)): \($0.message)" }
  }

  private typealias Rows = [(name: String, value: String?)]

  private var fileRows: Rows {
    let container = facts.container.map { $0 == .none ? "not packed" : $0.rawValue }
    return [
      ("file", [facts.fileSize.map(bytes), container].compactMap { $0 }.joined(separator: ", ")), ("SHA-1", facts.sha1),
    ]
  }

  private var streamRows: Rows {
    var rows: Rows = [("format", facts.format.map { $0 == .zfs ? "ZFS send stream" : "\($0.rawValue) disk" })]
    rows.append(("snapshot", facts.snapshot))
    if let stream = facts.stream {
      let order = stream.bigEndian ? "big-endian" : "little-endian"
      rows += [
        ("guid", stream.guid), ("created", date(stream.creationTime)),
        ("stream", "\(bytes(stream.length)), \(order)\(stream.package ? ", in a package (zfs send -p or -R)" : "")"),
        ("features", stream.features.isEmpty ? "none" : stream.features.joined(separator: ", ")),
        ("records", list(stream.records)), ("blocks", list(stream.blocks)),
      ]
    }
    let size = facts.volumeSize.map(bytes)
    return rows + [
      (
        facts.format == .zfs ? "volume" : "disk",
        size.map { $0 + (facts.blockSize.map { ", blocks of \(bytes($0))" } ?? "") }
      )
    ]
  }

  private var diskRows: Rows {
    guard let disk = facts.disk else { return [] }
    let table =
      switch disk.table {
      case .none: "none"
      case .mbr: "MBR"
      case .gpt: "GPT"
      }
    return [
      ("boot code", disk.bootCode ? "yes" : "none"),
      ("partitions", disk.partitions.isEmpty ? table : "\(table), \(disk.partitions.count)"),
      ("file system", disk.fileSystem.map { [$0.kind, $0.label, $0.uuid].compactMap { $0 }.joined(separator: ", ") }),
    ]
  }

  /// `plain 44, lz4 3`, the most frequent first.
  private func list(_ counts: [String: Int]) -> String? {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return sorted.isEmpty ? nil : sorted.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}

extension DiskFacts {
  /// The table of partitions, with its head.
  fileprivate var rows: [[String]] {
    [["#", "start", "size", "type", "flags", "file system", "label", "UUID"]]
      + partitions.map { part in
        let name = part.name.map { " '\($0)'" } ?? ""
        return [
          String(part.number), amount(part.start), amount(part.size), (part.typeName ?? part.type) + name,
          part.active ? "active" : "-", part.fileSystem?.kind ?? "-", part.fileSystem?.label ?? "-",
          part.fileSystem?.uuid ?? "-",
        ]
      }
  }
}

/// Rows with their columns padded: numbers to the right, words to the left.
private func aligned(_ rows: [[String]]) -> [String] {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let cells = row.indices.map { column in
      let padding = String(repeating: " ", count: widths[column] - row[column].count)
      return column < 3 ? padding + row[column] : row[column] + padding
    }
    let line = cells.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}

/// `16.0 MiB`; what is no whole number of those to a tenth is rounded.
private func amount(_ count: Int64) -> String { ByteCount(bytes: max(0, count)).description }

/// `16.0 MiB (16777216 bytes)`.
private func bytes(_ count: Int64) -> String {
  count < 1024 ? "\(count) bytes" : "\(amount(count)) (\(count) bytes)"
}

/// `2026-03-10T09:14:22Z`; a number of seconds beyond the year 9999 stays a number.
private func date(_ seconds: UInt64) -> String {
  guard seconds < 253_402_300_800 else { return "\(seconds) seconds after 1970" }
  return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
}

extension Page {
  /// A name and what belongs to it, wrapped to its column; nothing when there is no value.
  fileprivate mutating func row(_ name: String, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    // Blanks that do not break hold the name's column.
    var lines = Page(colour: false, width: width, folder: nil)
    lines.wrapped(name + String(repeating: "\u{a0}", count: max(1, 12 - name.count)) + value, first: 2, rest: 14)
    text += lines.text.replacing("\u{a0}", with: " ")
  }
}
