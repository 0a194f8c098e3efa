import DiskFormats
import Foundation
import Model

/// Writes a sparse disk at `path` that looks like the raw disk at `image` from its partition table, and is empty.
func makeDecoy(of image: String, at path: String) throws {
  do {
    let original = try FileHandle(forReadingFrom: URL(fileURLWithPath: image))
    defer { try? original.close() }
    let size = try Int64(original.seekToEnd())
    let disk = DiskBytes(size: size) { offset, count in
      try original.seek(toOffset: UInt64(offset))
      return Array(try original.read(upToCount: count) ?? Data())
    }
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw VerifyError(.system, "cannot create \(path)")
    }
    let decoy = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? decoy.close() }
    try decoy.truncate(atOffset: UInt64(size))
    for piece in try decoyTable(of: disk) {
      try decoy.seek(toOffset: UInt64(piece.offset))
      try decoy.write(contentsOf: Data(piece.bytes))
    }
  } catch let error as VerifyError { throw error } catch {
    throw VerifyError(.system, "cannot make the decoy disk \(path)", cause: error)
  }
}
