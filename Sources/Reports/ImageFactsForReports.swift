import Model

/// Every text in here that the image brought is cleaned, every list bounded.
extension IntakeFacts {
  var forReports: IntakeFacts {
    var facts = self
    facts.name = name.map(line)
    facts.version = version.map(line)
    facts.uuid = uuid.map(line)
    facts.sha1 = sha1.map(line)
    facts.snapshot = snapshot.map(line)
    facts.stream = stream?.forReports
    facts.disk = disk?.forReports
    facts.seconds = seconds.map { sane(seconds: $0) }
    return facts
  }
}

extension StreamFacts {
  fileprivate var forReports: StreamFacts {
    var facts = self
    facts.guid = short(guid)
    facts.features = features.prefix(64).map(short)
    facts.records = bounded(records)
    facts.blocks = bounded(blocks)
    facts.smartOS = smartOS.prefix(32).map {
      SmartOSRefusal(short($0.rule), line($0.message), oldPoolsOnly: $0.oldPoolsOnly)
    }
    return facts
  }

  /// What sets the stream apart from the plain one that every `zfs receive` takes; nil when nothing does.
  var peculiarities: String? {
    let words = features + (bigEndian ? ["big-endian"] : []) + (package ? ["in a package"] : [])
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// How many blocks were packed with what: `gzip-6: 12, plain: 3`.
  var blockSummary: String? {
    let words = blocks.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }
}

extension DiskFacts {
  fileprivate var forReports: DiskFacts {
    var facts = self
    facts.partitions = partitions.prefix(128).map(\.forReports)
    facts.fileSystem = fileSystem?.forReports
    facts.problems = problems.prefix(64).map(line)
    facts.notes = notes.prefix(64).map(line)
    return facts
  }
}

extension PartitionFacts {
  fileprivate var forReports: PartitionFacts {
    var facts = self
    facts.type = short(type)
    facts.typeName = typeName.map(short)
    facts.name = name.map(short)
    facts.fileSystem = fileSystem?.forReports
    return facts
  }
}

extension FileSystemFacts {
  fileprivate var forReports: FileSystemFacts {
    FileSystemFacts(kind: short(kind), label: label.map(short), uuid: uuid.map(short))
  }
}

private func short(_ text: String) -> String { cleaned(text, atMost: 128, lines: false) }

private func bounded(_ counts: [String: Int]) -> [String: Int] {
  let kept = counts.sorted { $0.key < $1.key }.prefix(64).map { (short($0.key), $0.value) }
  return Dictionary(kept, uniquingKeysWith: { first, _ in first })
}
