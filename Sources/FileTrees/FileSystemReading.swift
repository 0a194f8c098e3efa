import CExt2FS

/// Reads an ext2, ext3 or ext4 file system and tells it in the lines of ``TreeParser``: the work of the child.
///
/// Nothing is written to the disk, and no journal is replayed. What cannot be read is told as damage, and the rest goes
/// on.
/// - Parameters:
///   - offset: of the file system on the disk, bytes; `size`: of what it may fill.
///   - output: gets some 64 KiB at a time.
/// - Throws: what `output` throws.
package func readFileSystem(
  of disk: String, offset: Int64, size: Int64, wanted: WantedFiles, into output: ([UInt8]) throws -> Void
) throws {
  var walk = Walk(wanted: wanted)
  do {
    let volume = try Ext2Volume(path: disk, offset: offset)
    try walk.run(volume, size: size, output)
  } catch let error as Ext2Error {
    walk.note(error.sentence)
  }
  walk.writer.end()
  try output(walk.writer.take())
}

private struct Walk {
  let wanted: WantedFiles
  var writer = TreeWriter()
  private var damage = 0
  private var contentBytes = 0
  private var pathBytes = 0
  private var entries = 0

  init(wanted: WantedFiles) { self.wanted = wanted }

  mutating func note(_ sentence: String) {
    damage += 1
    if damage <= FileSystemState.maximumDamage { writer.damage(sentence) }
  }

  mutating func run(_ volume: borrowing Ext2Volume, size: Int64, _ output: ([UInt8]) throws -> Void) throws {
    let summary = volume.summary
    tell(summary, size: size)
    var seen: Set<ext2_ino_t> = [Ext2Volume.root]
    var open: [(path: [UInt8], inode: ext2_ino_t, depth: Int)] = [([], Ext2Volume.root, 0)]
    tell([0x2F], inode: Ext2Volume.root, volume)
    while let folder = open.popLast() {
      let names: [(name: [UInt8], inode: ext2_ino_t)]
      do {
        names = try volume.names(in: folder.inode, limit: TreeParser.maximumEntries - entries)
      } catch {
        note("\(shown(folder.path)): \(error.sentence)")
        continue
      }
      for (name, number) in names {
        guard !name.isEmpty, !name.contains(0), !name.contains(0x2F) else {
          note("\(shown(folder.path)): it holds a name that is none")
          continue
        }
        let path = folder.path + [0x2F] + name
        pathBytes += 3 * path.count
        guard entries < TreeParser.maximumEntries - 1, pathBytes <= TreeParser.maximumPathBytes / 2,
          path.count <= TreeParser.maximumPath, folder.depth < TreeParser.maximumDepth
        else {
          writer.cut("more than \(entries) files and folders, or deeper ones than we read, at \(shown(path))")
          return
        }
        guard let kind = tell(path, inode: number, volume) else { continue }
        if kind == .folder {
          // A folder that is met twice is damage, or a ring.
          if seen.insert(number).inserted {
            open.append((path, number, folder.depth + 1))
          } else {
            note("\(shown(path)): the folder in inode \(number) is in two places")
          }
        }
        if writer.bytes.count > 64 << 10 { try output(writer.take()) }
      }
    }
  }

  private mutating func tell(_ summary: ext2_summary, size: Int64) {
    let (total, overflow) = summary.blocks.multipliedReportingOverflow(by: summary.block_size)
    guard !overflow, total <= Int64.max, summary.free_blocks <= summary.blocks else {
      return note("its superblock: the numbers of blocks make no sense")
    }
    if total > size { note("its superblock: it has \(total) bytes, but there are only \(size) for it") }
    let flags = [
      (summary.is_valid == 0, "v"), (summary.has_errors != 0, "e"), (summary.needs_recovery != 0, "j"),
      (summary.has_orphans != 0, "o"), (summary.is_due != 0, "m"),
    ]
    writer.state(
      size: total, used: (summary.blocks - summary.free_blocks) * summary.block_size,
      flags: flags.filter(\.0).map(\.1).joined())
  }

  /// - Returns: what it is; nil when it could not be read.
  @discardableResult
  private mutating func tell(_ path: [UInt8], inode number: ext2_ino_t, _ volume: borrowing Ext2Volume)
    -> FileTree.Kind?
  {
    do {
      var inode = try volume.inode(number)
      let kind: FileTree.Kind =
        switch inode.i_mode & 0o170000 {
        case 0o100000: .file
        case 0o040000: .folder
        case 0o120000: .link
        case 0o020000, 0o060000, 0o010000, 0o140000: .other
        default: throw Ext2Error(errcode_t(EXT2_ET_BAD_INODE_NUM), "inode \(number) has no kind")
        }
      entries += 1
      let entry = FileTree.Entry(
        kind, mode: inode.i_mode & 0o7777, owner: ext2_owner(&inode), group: ext2_group(&inode),
        size: Int64(clamping: ext2_size(&inode)), modified: Int64(Int32(bitPattern: inode.i_mtime)))
      let target = kind == .link ? try volume.start(of: number, inode, atMost: TreeParser.maximumPath) : nil
      pathBytes += 3 * (target?.count ?? 0)
      writer.entry(path, entry, target: target)
      if kind == .file, wanted.contains(String(decoding: path, as: UTF8.self)), contentBytes < WantedFiles.maximumTotal
      {
        let bytes = try volume.start(
          of: number, inode, atMost: min(WantedFiles.maximumSize, WantedFiles.maximumTotal - contentBytes))
        contentBytes += bytes.count
        writer.contents(bytes, of: path)
      }
      return kind
    } catch let error as Ext2Error {
      note("\(shown(path)): \(error.sentence)")
      return nil
    } catch {
      return nil
    }
  }

  private func shown(_ path: [UInt8]) -> String {
    path.isEmpty ? "/" : String(decoding: path.prefix(300), as: UTF8.self)
  }
}
