import CExt2FS

/// An ext2, ext3 or ext4 file system in a file, opened for reading alone, by libext2fs.
///
/// The library was written to mend damaged file systems, not to withstand hostile ones: use it in a process of its own
/// (``readFileSystem(of:offset:size:wanted:into:)``).
struct Ext2Volume: ~Copyable {
  private let handle: ext2_filsys

  /// - Parameter offset: of the file system in the file, bytes.
  init(path: String, offset: Int64) throws(Ext2Error) {
    var handle: ext2_filsys?
    let code = ext2_open_at(path, "offset=\(offset)", &handle)
    guard code == 0, let handle else { throw Ext2Error(code, "its superblock or group descriptors") }
    self.handle = handle
  }

  // Not ext2fs_close, which would write what it thinks has changed.
  deinit { ext2fs_free(handle) }

  static let root = ext2_ino_t(EXT2_ROOT_INO)

  var summary: ext2_summary { ext2_summarise(handle) }

  func inode(_ number: ext2_ino_t) throws(Ext2Error) -> ext2_inode {
    var inode = ext2_inode()
    let code = ext2fs_read_inode(handle, number, &inode)
    guard code == 0 else { throw Ext2Error(code, "inode \(number)") }
    return inode
  }

  /// Names and inodes of a folder, `.` and `..` left out; at most `limit`.
  func names(in folder: ext2_ino_t, limit: Int) throws(Ext2Error) -> [(name: [UInt8], inode: ext2_ino_t)] {
    var listing = Listing(limit: limit)
    let code = withUnsafeMutablePointer(to: &listing) { listing in
      ext2fs_dir_iterate2(
        handle, folder, 0, nil,
        { _, _, entry, _, _, _, data in
          guard let entry, let data else { return 0 }
          let listing = data.assumingMemoryBound(to: Listing.self)
          let count = min(Int(ext2fs_dirent_name_len(entry)), 255)
          let name = withUnsafeBytes(of: &entry.pointee.name) { Array($0.prefix(count)) }
          if name != [0x2E], name != [0x2E, 0x2E] { listing.pointee.names.append((name, entry.pointee.inode)) }
          return listing.pointee.names.count < listing.pointee.limit ? 0 : DIRENT_ABORT
        }, listing)
    }
    guard code == 0 else { throw Ext2Error(code, "the folder in inode \(folder)") }
    return listing.names
  }

  private struct Listing {
    let limit: Int
    var names: [(name: [UInt8], inode: ext2_ino_t)] = []
  }

  /// The first bytes of a file, or all of a shorter one; also the target of a link.
  func start(of number: ext2_ino_t, _ inode: ext2_inode, atMost limit: Int) throws(Ext2Error) -> [UInt8] {
    var inode = inode
    let size = Int(min(ext2_size(&inode), UInt64(limit)))
    if ext2fs_is_fast_symlink(&inode) != 0 {
      return withUnsafeBytes(of: &inode.i_block) { Array($0.prefix(size)) }
    }
    var file: ext2_file_t?
    var code = ext2fs_file_open2(handle, number, &inode, 0, &file)
    guard code == 0, let file else { throw Ext2Error(code, "inode \(number)") }
    defer { ext2fs_file_close(file) }
    var got: UInt32 = 0
    var bytes = [UInt8](repeating: 0, count: size)
    code = ext2fs_file_read(file, &bytes, UInt32(size), &got)
    guard code == 0 else { throw Ext2Error(code, "the data of inode \(number)") }
    return Array(bytes.prefix(Int(got)))
  }
}

/// What libext2fs says that it cannot do, as a code of com_err(3).
struct Ext2Error: Error {
  let code: errcode_t
  let place: String
  init(_ code: errcode_t, _ place: String) { (self.code, self.place) = (code, place) }

  /// `its superblock: Bad magic number in super-block`.
  var sentence: String {
    "\(place): \(error_message(code).map { String(cString: $0) } ?? "error \(code)")"
  }
}
