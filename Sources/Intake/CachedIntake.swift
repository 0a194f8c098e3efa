import Foundation
package import Model

/// Gives `body` what intake made of `image`: from the cache when its disk is there, else rebuilt, and then kept there.
///
/// Shape: without a cache the disk is rebuilt at `scratch`, which is the caller's to remove. With one it lies in the
/// cache's folder, may only be read, and stays there as long as `body` runs. Images with problems are never kept. A
/// cache that cannot be used is done without.
/// - Parameter note: is told what became of the cache, for people: one line.
/// - Throws: as ``takeIn(image:limit:into:progress:)``, and what `body` throws.
package func withDisk<Value>(
  of image: String, limit: ByteCount?, cache: ImageCache?, scratch: String,
  note: (String) -> Void = { _ in }, progress: (@Sendable (IntakeProgress) -> Void)? = nil,
  _ body: (Intaken) async throws -> Value
) async throws -> Value {
  guard let cache = try usable(cache, image, limit, note) else {
    return try await body(takeIn(image: image, limit: limit, into: scratch, progress: progress))
  }
  if let (taken, held) = try await cached(image, limit, cache, note, progress) {
    defer { held.release() }
    return try await body(taken)
  }
  let path = cache.newName()
  var (taken, key) = try await rebuild(image: image, limit: limit, into: path, sha256: true, progress: progress)
  guard taken.disk != nil, let key else { return try await body(taken) }
  let held = try await keep(taken, path, key, cache, note)
  defer { held.release() }
  taken.disk = held.path
  return try await body(taken)
}

/// The cache, if there is one that can take the disk of `image`.
private func usable(
  _ cache: ImageCache?, _ image: String, _ limit: ByteCount?, _ note: (String) -> Void
) throws -> ImageCache? {
  guard let cache else { return nil }
  let fileSize = try InputFile(path: image).size
  // Few disks take up more than ten times their packed size, whatever they could grow to.
  let guess = fileSize.multipliedReportingOverflow(by: 10)
  let most = guess.overflow ? Int64.max : guess.partialValue
  do {
    try cache.prepare(room: min(limit?.bytes ?? most, most))
    return cache
  } catch let error as VerifyError {
    note("the cache is not used: \(error)")
    return nil
  }
}

/// The disk of `image` from the cache, held and verified.
private func cached(
  _ image: String, _ limit: ByteCount?, _ cache: ImageCache, _ note: (String) -> Void,
  _ progress: (@Sendable (IntakeProgress) -> Void)?
) async throws -> (Intaken, ImageCache.Held)? {
  let started = ContinuousClock.now
  let found = try await blocking { cancellation in try find(image, cache, cancellation, progress) }
  guard let (key, held) = found else { return nil }
  // Not for us: rebuilding it says so in the right words.
  if let limit, held.entry.diskSize > limit.bytes {
    held.release()
    return nil
  }
  do {
    if try await blocking({ try cache.verify(held, $0) }) {
      var taken = Intaken(facts: held.entry.facts, disk: held.path)
      taken.facts.seconds = started.duration(to: .now).inSeconds
      note("the disk comes from the cache, \(held.path)")
      return (taken, held)
    }
    note("the disk in the cache, \(held.path), is damaged; it is rebuilt from the image")
    try cache.remove(key, held)
    return nil
  } catch let error as VerifyError {
    held.release()
    note("the cache is not used: \(error)")
    return nil
  } catch {
    held.release()
    throw error
  }
}

private func find(
  _ image: String, _ cache: ImageCache, _ cancellation: Cancellation, _ progress: (@Sendable (IntakeProgress) -> Void)?
) throws -> (key: String, ImageCache.Held)? {
  let file = try InputFile(path: image)
  guard cache.mayHold(fileSize: file.size) else { return nil }
  var (meter, size) = (ProgressMeter(fileSize: file.size, progress), Int64(0))
  var sha256 = try Digest(.sha256)
  let chunk = Chunk(capacity: Pipeline.chunkSize)
  while true {
    try cancellation.check()
    chunk.count = try file.read(into: chunk.memory)
    if chunk.count == 0 { break }
    sha256.update(chunk.bytes)
    size += Int64(chunk.count)
    meter.read(size)
  }
  let key = sha256.finish()
  return try cache.hold(key).map { (key, $0) }
}

private func keep(
  _ taken: Intaken, _ path: String, _ key: String, _ cache: ImageCache, _ note: (String) -> Void
) async throws -> ImageCache.Held {
  do {
    let (held, kept) = try await blocking { cancellation in
      let file = try InputFile(path: path)
      let entry = CacheEntry(
        fileSize: taken.facts.fileSize ?? 0, diskSize: file.size, diskSum: try diskSum(file, cancellation),
        facts: taken.facts)
      let held = try cache.keep(path, as: key, entry)
      return (held, !held.passing)
    }
    if !kept { note("the disk is not kept in the cache: it is too large, or another run uses one of the same image") }
    return held
  } catch {
    // Nobody but us knows of it.
    unlink(path)
    throw error
  }
}
