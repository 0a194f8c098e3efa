extension DiskFacts {
  /// The disk in one line: `gpt: 1 BIOS boot 1.0 MiB; 2 Linux filesystem 9.0 GiB ext4 'root'`. Labels are the image's.
  package var summary: String {
    let parts = partitions.map(\.summary) + (fileSystem.map { [$0.summary] } ?? [])
    let kind = table == .none ? "no partition table" : table.rawValue
    return ([kind] + (bootCode ? [] : ["no boot code"])).joined(separator: ", ")
      + (parts.isEmpty ? "" : ": " + parts.joined(separator: "; "))
  }

  /// The disk as lines of text: table, boot code, then a line for each partition. Labels are the image's.
  package var listing: String {
    var lines = ["table: \(table.rawValue)", "boot code: \(bootCode ? "yes" : "no")"]
    if let fileSystem { lines.append("file system: \(fileSystem.summary)") }
    for partition in partitions {
      var words = ["\(partition.number): from byte \(partition.start), \(partition.sizeText), type \(partition.type)"]
      if let name = partition.typeName { words.append("(\(name))") }
      if let name = partition.name, !name.isEmpty { words.append("named '\(name)'") }
      if partition.active { words.append("active") }
      if let fileSystem = partition.fileSystem { words.append("- \(fileSystem.summary)") }
      lines.append(words.joined(separator: " "))
    }
    return lines.joined(separator: "\n")
  }
}

extension PartitionFacts {
  fileprivate var summary: String {
    ["\(number)", typeName ?? type, sizeText, active ? "active" : nil, fileSystem?.summary].compactMap { $0 }
      .joined(separator: " ")
  }

  /// Numbers from a journal may be anything.
  fileprivate var sizeText: String { size >= 0 ? "\(ByteCount(bytes: size))" : "\(size) bytes" }
}

extension FileSystemFacts {
  fileprivate var summary: String {
    [kind, label.map { "'\($0)'" }, uuid].compactMap { $0 }.joined(separator: " ")
  }
}
