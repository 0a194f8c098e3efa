import ArgumentParser
import Foundation
import Intake
import Model

/// Where rebuilt disks are kept, for the commands that rebuild them.
struct CacheOptions: ParsableArguments {
  @Option(
    name: .customLong("cache"),
    help:
      "Folder that keeps rebuilt disks for the next run (default: $XDG_CACHE_HOME/imgverify or ~/.cache/imgverify).",
    completion: .directory)
  var folder: String?
  @Option(name: .customLong("cache-size"), help: "GiB that the cache may take up; the oldest disks go first.")
  var size = 20
  @Flag(name: .customLong("no-cache"), help: "Keep no rebuilt disk, and use none.")
  var none = false

  func validate() throws {
    guard (1...1_000_000).contains(size) else {
      throw ValidationError("--cache-size is from 1 to 1000000 GiB, not \(size)")
    }
    guard folder?.isEmpty != true else { throw ValidationError("--cache wants the name of a folder") }
    guard !none || folder == nil else { throw ValidationError("--cache and --no-cache exclude one another") }
  }

  /// nil when there is to be none, or no place for one.
  var cache: ImageCache? {
    guard !none, let folder = folder ?? ImageCache.usualFolder(ProcessInfo.processInfo.environment) else { return nil }
    return ImageCache(folder: folder, sizeLimit: .gibibytes(size))
  }
}
