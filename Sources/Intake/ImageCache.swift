import Foundation
import Glibc
package import Model

/// Rebuilt disks in a folder, found by the SHA-256 of their image files.
///
/// Shape: `SHA256.raw`, a sparse disk, and `SHA256.json`, its ``CacheEntry``. An entry appears whole or not at all, is
/// verified whenever it is used, and is held by a shared flock(2) on its disk as long as somebody uses it. `lock`
/// makes those who find, add and remove entries take turns; nobody works under it for long, so that any number of
/// runs may share the folder. Why SHA-256, when SHA-1 is computed anyway: a second image that was made to have the
/// SHA-1 of a good one must not be taken for it.
package struct ImageCache: Sendable {
  package let folder: String
  /// What all disks together may take up; the ones that were not used for longest go first.
  package let sizeLimit: ByteCount

  package init(folder: String, sizeLimit: ByteCount) {
    (self.folder, self.sizeLimit) = (folder, sizeLimit)
  }

  /// `$XDG_CACHE_HOME/imgverify` or `~/.cache/imgverify`; nil when neither is set.
  package static func usualFolder(_ environment: [String: String]) -> String? {
    // The XDG specification: a relative path is to be ignored.
    if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return "\(base)/imgverify" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return "\(home)/.cache/imgverify"
  }

  /// A disk that is held against removal until ``release()``.
  struct Held: Sendable {
    let path: String
    let entry: CacheEntry
    let descriptor: CInt
    /// It could not be kept, and goes when it is released.
    var passing = false

    func release() {
      if passing { unlink(path) }
      close(descriptor)
    }
  }

  func disk(_ key: String) -> String { "\(folder)/\(key).raw" }
  func facts(_ key: String) -> String { "\(folder)/\(key).json" }
  /// A name for a disk that is being rebuilt here.
  func newName() -> String { "\(folder)/new-\(UUID().uuidString).raw" }

  /// Makes the folder, if there is room in it for a disk of `size` bytes.
  /// - Throws: ``VerifyError`` `.system`.
  func prepare(room size: Int64) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw VerifyError(.system, "cannot make the folder \(quoted(folder))", cause: error)
    }
    var space = statvfs()
    guard statvfs(folder, &space) == 0 else {
      throw VerifyError(.system, "cannot look at \(quoted(folder)): \(systemMessage(errno))")
    }
    let free = space.f_bavail.multipliedReportingOverflow(by: space.f_frsize)
    guard free.overflow || free.partialValue >= UInt64(max(0, size)) else {
      let free = ByteCount(bytes: Int64(clamping: free.partialValue))
      throw VerifyError(.system, "\(quoted(folder)) has only \(free) free; \(ByteCount(bytes: size)) may be needed")
    }
  }

  /// Whether it is worth while to hash a file of `size` bytes: some entry is of such a one.
  func mayHold(fileSize size: Int64) -> Bool { entries().contains { read($0.key)?.fileSize == size } }

  /// The entry of `key`, held but not yet verified.
  func hold(_ key: String) throws -> Held? {
    try locked {
      guard let entry = read(key), entry.imgverify == imgverifyVersion else { return nil }
      let descriptor = open(disk(key), O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
        close(descriptor)
        return nil
      }
      // When it was last used.
      utimes(facts(key), nil)
      return Held(path: disk(key), entry: entry, descriptor: descriptor)
    }
  }

  /// Whether the disk of `held` is still what it was.
  func verify(_ held: Held, _ cancellation: Cancellation) throws -> Bool {
    let file = try InputFile(path: held.path)
    return try file.size == held.entry.diskSize && diskSum(file, cancellation) == held.entry.diskSum
  }

  /// Removes an entry that was held and found damaged, unless others use it as well.
  func remove(_ key: String, _ held: Held) throws {
    held.release()
    try locked { _ = discard(key) }
  }

  /// Keeps the disk at `path`, which was rebuilt here under a new name from an image file with the SHA-256 `key`.
  ///
  /// - Returns: the disk, held. When it cannot be kept it is `passing`: too large, or its place is taken by one in use.
  func keep(_ path: String, as key: String, _ entry: CacheEntry) throws -> Held {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, flock(descriptor, LOCK_SH | LOCK_NB) == 0, fchmod(descriptor, 0o444) == 0 else {
      let error = VerifyError(.system, "cannot hold \(quoted(path)): \(systemMessage(errno))")
      if descriptor >= 0 { close(descriptor) }
      throw error
    }
    let passing = Held(path: path, entry: entry, descriptor: descriptor, passing: true)
    return try locked {
      guard allocated(path) <= sizeLimit.bytes, discard(key) else { return passing }
      guard rename(path, disk(key)) == 0 else { return passing }
      do {
        try JSONEncoder().encode(entry).write(to: URL(filePath: facts(key)), options: .atomic)
      } catch {
        // Without its facts it is no entry; it stays ours under its new name.
        return Held(path: disk(key), entry: entry, descriptor: descriptor, passing: true)
      }
      evict()
      return Held(path: disk(key), entry: entry, descriptor: descriptor)
    }
  }
}

// MARK: - Under the folder's lock

extension ImageCache {
  private func locked<Value>(_ body: () throws -> Value) throws -> Value {
    let descriptor = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw VerifyError(.system, "cannot lock \(quoted(folder)): \(systemMessage(errno))")
    }
    defer { close(descriptor) }
    let deadline = Deadline.after(.seconds(60))
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EINTR || errno == EWOULDBLOCK else {
        throw VerifyError(.system, "cannot lock \(quoted(folder)): \(systemMessage(errno))")
      }
      guard !deadline.hasPassed else {
        throw VerifyError(
          .timedOut, "another run has held the lock of the cache \(quoted(folder)) for a minute; use --no-cache")
      }
      usleep(5000)
    }
    return try body()
  }

  private func read(_ key: String) -> CacheEntry? {
    guard let data = FileManager.default.contents(atPath: facts(key)) else { return nil }
    return try? JSONDecoder().decode(CacheEntry.self, from: data)
  }

  /// A disk of the cache: its size on the file system, and when it was last used.
  private struct Listed {
    var key: String
    var allocated: Int64
    var used: timespec
  }

  private func entries() -> [Listed] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      guard name.hasSuffix(".raw") else { return nil }
      let key = String(name.dropLast(4))
      var (mine, used) = (stat(), stat())
      guard stat(disk(key), &mine) == 0 else { return nil }
      if stat(facts(key), &used) != 0 { used = mine }
      return Listed(key: key, allocated: Int64(mine.st_blocks) * 512, used: used.st_mtim)
    }
  }

  /// Removes an entry.
  /// - Returns: false when somebody uses it, and it stays.
  private func discard(_ key: String) -> Bool {
    let descriptor = open(disk(key), O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0 { return false }
    unlink(facts(key))
    unlink(disk(key))
    return true
  }

  /// Removes what was not used for longest until the rest is within the limit, and what killed runs have left.
  private func evict() {
    let yesterday = time(nil) - 86_400
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasSuffix(".partial") {
      var status = stat()
      if stat("\(folder)/\(name)", &status) == 0, status.st_mtim.tv_sec < yesterday { unlink("\(folder)/\(name)") }
    }
    var all = entries()
    // A disk just rebuilt is not yet held by the run that made it.
    for stale in all where stale.key.hasPrefix("new-") && stale.used.tv_sec < yesterday { _ = discard(stale.key) }
    all.removeAll { $0.key.hasPrefix("new-") }
    all.sort { ($0.used.tv_sec, $0.used.tv_nsec) < ($1.used.tv_sec, $1.used.tv_nsec) }
    var total = all.reduce(0) { $0 + $1.allocated }
    for entry in all where total > sizeLimit.bytes {
      if discard(entry.key) { total -= entry.allocated }
    }
  }
}

/// Bytes that the file at `path` takes up.
private func allocated(_ path: String) -> Int64 {
  var status = stat()
  return stat(path, &status) == 0 ? Int64(status.st_blocks) * 512 : .max
}
