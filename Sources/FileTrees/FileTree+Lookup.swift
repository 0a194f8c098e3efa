extension FileTree {
  /// As many links are followed on the way to one file, as Linux does.
  private static let maximumLinks = 40
  /// As many paths does a pattern give.
  private static let maximumMatches = 10_000

  /// The path of what `path` leads to, through links inside the tree; nil when there is nothing, or a ring of links.
  ///
  /// `..` above the root stays there: nothing leads outside.
  package func resolve(_ path: String) -> String? {
    var links = 0
    return resolve(path, &links)
  }

  private func resolve(_ path: String, _ links: inout Int) -> String? {
    var rest = Array(path.split(separator: "/").reversed())
    var here = "/"
    while let name = rest.popLast() {
      if name == "." { continue }
      if name == ".." {
        here = FileTree.split(here).folder
        continue
      }
      let next = FileTree.join(here, String(name))
      guard let entry = entry(next) else { return nil }
      guard entry.kind == .link else {
        here = next
        continue
      }
      links += 1
      guard links <= FileTree.maximumLinks, let target = entry.target, rest.count <= 4096 else { return nil }
      if target.hasPrefix("/") { here = "/" }
      rest += target.split(separator: "/").reversed()
    }
    return here
  }

  /// What `path` leads to, through links.
  package func file(_ path: String) -> Entry? { resolve(path).flatMap(entry) }

  /// The text of the file that `path` leads to; nil when there is none, or it was not read. Cut at what was read of it.
  package func text(_ path: String) -> String? {
    resolve(path).flatMap(bytes).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Its lines without blanks at either end, empty ones and those that begin with `#` left out.
  package func lines(_ path: String) -> [String] {
    (text(path) ?? "").split { $0 == "\n" || $0 == "\r\n" }.map { line in
      String(line.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
  }

  /// Everything below the folder that `path` leads to, sorted, the folder itself left out; its links are not followed.
  package func paths(under path: String) -> [String] {
    guard let top = resolve(path), entry(top)?.kind == .folder else { return [] }
    var found: [String] = []
    var open = [top]
    while let folder = open.popLast() {
      for name in names(in: folder) {
        let inner = FileTree.join(folder, name)
        found.append(inner)
        if entry(inner)?.kind == .folder { open.append(inner) }
      }
    }
    return found.sorted()
  }

  /// The paths that match `pattern`, sorted, at most 10 000.
  ///
  /// Shape: `*` and `?` stand for what is in a name, `**` as the last part for everything below. Folders on the way may
  /// be links; what is found is named by where it really is, and is not followed.
  package func matches(_ pattern: String) -> [String] {
    var folders = ["/"]
    let parts = pattern.split(separator: "/").map(String.init)
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      var next: [String] = []
      for folder in folders where next.count < FileTree.maximumMatches {
        if part == "**" {
          next += paths(under: folder)
        } else if part.contains("*") || part.contains("?") {
          next += names(in: folder).filter { globMatches(Array(part.utf8), Array($0.utf8)) }
            .map { FileTree.join(folder, $0) }
        } else if entry(FileTree.join(folder, part)) != nil {
          next.append(FileTree.join(folder, part))
        }
      }
      folders = isLast ? next : next.compactMap(resolve).filter { entry($0)?.kind == .folder }
    }
    return Array(Set(folders)).sorted().prefix(FileTree.maximumMatches).map { $0 }
  }
}

/// Whether `name` matches a pattern of `*` and `?`; time is bounded by the product of their lengths.
func globMatches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
  let (star, one) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
  var (p, n) = (0, 0)
  var (lastStar, resume): (Int?, Int) = (nil, 0)
  while n < name.count {
    if p < pattern.count, pattern[p] == star {
      (lastStar, resume) = (p, n)
      p += 1
    } else if p < pattern.count, pattern[p] == one || pattern[p] == name[n] {
      (p, n) = (p + 1, n + 1)
    } else if let back = lastStar {
      resume += 1
      (p, n) = (back + 1, resume)
    } else {
      return false
    }
  }
  return pattern[p...].allSatisfy { $0 == star }
}
