import FileTrees
import Foundation
import Glibc
import Hosts
import Intake
package import Model
import Reports

/// A folder of an image as a listing, or the start of a file as text, read from its disk without booting it.
///
/// Shape: fit for a terminal, whatever stands in the image; of a file at most 64 KiB. The disk is rebuilt in a scratch
/// folder, which is gone afterwards.
/// - Parameter path: links are followed inside the image.
/// - Throws: ``VerifyError`` `.cannotOpen` for the image, or a path that is not in it; `.badImage` when there is no disk;
///   `.unsupported` when its root file system cannot be read; our own trouble; `CancellationError` after a signal.
package func listFiles(of image: String, path: String, limit: ByteCount? = nil) async throws -> String {
  let path = path.hasPrefix("/") ? path : "/" + path
  return try await interruptible {
    try await withScratch { scratch in
      let taken = try await takeInShowing(image, limit: limit, into: scratch.file("disk.raw"))
      guard let disk = taken.disk, let facts = taken.facts.disk, let size = taken.facts.volumeSize else {
        throw VerifyError(.badImage, "\(image): \(taken.problems.joined(separator: "; "))")
      }
      var reader = TreeReader()
      func read() async throws -> FileTree {
        let files = try await reader.files(of: disk, facts: facts, size: size)
        guard let tree = files.tree else { throw VerifyError(.unsupported, files.why) }
        return tree
      }
      let tree = try await read()
      guard let place = tree.resolve(path), let entry = tree.entry(place) else {
        throw VerifyError(.cannotOpen, "there is no \(quoted(path)) in the image")
      }
      if entry.kind == .folder { return tree.listing(of: place) }
      guard entry.kind == .file else {
        throw VerifyError(.unsupported, "\(quoted(place)) is neither a file nor a folder")
      }
      var found = tree.bytes(place)
      if found == nil {
        // A part of the path may be where its file system is mounted.
        let parts = place.split(separator: "/")
        reader.also = Set(parts.indices.map { "/" + parts[$0...].joined(separator: "/") })
        found = try await read().bytes(place)
      }
      let bytes = found ?? []
      let text = cleaned(String(decoding: bytes, as: UTF8.self), atMost: 256 << 10)
      let cut = bytes.count < entry.size ? "\n[the first \(bytes.count) of \(entry.size) bytes]\n" : ""
      return text + (text.hasSuffix("\n") || text.isEmpty ? "" : "\n") + cut
    }
  }
}

extension FileTree {
  /// As `ls -l` has it, without the number of links: mode, owner, group, bytes, UTC time, name.
  func listing(of folder: String) -> String {
    let rows = names(in: folder).compactMap { name -> [String]? in
      guard let entry = entry(folder == "/" ? "/\(name)" : "\(folder)/\(name)") else { return nil }
      let date = Date(timeIntervalSince1970: Double(entry.modified)).formatted(.iso8601)
      let shown = cleaned(name + (entry.target.map { " -> \($0)" } ?? ""), atMost: 1000, lines: false)
      return [entry.modeText, String(entry.owner), String(entry.group), String(entry.size), date, shown]
    }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let head = (0..<5).map { column in
        let blanks = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 || column == 4 ? row[column] + blanks : blanks + row[column]
      }
      return (head + [row[5]]).joined(separator: " ") + "\n"
    }.joined()
  }
}

extension FileTree.Entry {
  /// `-rwxr-xr-x`.
  var modeText: String {
    let kinds: [FileTree.Kind: Character] = [.file: "-", .folder: "d", .link: "l", .other: "?"]
    var text = String(kinds[kind] ?? "?")
    for shift in [6, 3, 0] as [UInt16] {
      let bits = mode >> shift
      let special = mode & (shift == 6 ? 0o4000 : shift == 3 ? 0o2000 : 0o1000) != 0
      let mark: (Character, Character) = shift == 0 ? ("t", "T") : ("s", "S")
      text.append(bits & 4 != 0 ? "r" : "-")
      text.append(bits & 2 != 0 ? "w" : "-")
      text.append(special ? (bits & 1 != 0 ? mark.0 : mark.1) : bits & 1 != 0 ? "x" : "-")
    }
    return text
  }
}
