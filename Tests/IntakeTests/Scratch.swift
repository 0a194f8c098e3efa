import Foundation
import Glibc
import Intake
import Model
import Testing

/// A folder that is gone when the test has ended.
func withScratch<T>(_ body: (URL) async throws -> T) async throws -> T {
  let folder = FileManager.default.temporaryDirectory.appending(path: "imgverify-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder)
}

/// `fixtures/zfs`.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "fixtures/zfs")

/// A row of `fixtures/zfs/rows.json`.
struct Row: Decodable, Sendable, CustomTestStringConvertible {
  var id: String
  var file: String
  var expect: String
  var volsize: Int64?
  var volblocksize: Int64?
  var rawSha256: String?
  var toname: String?
  var testDescription: String { "\(id) \(expect)" }

  static let all: [Row] = {
    let data = try! Data(contentsOf: fixtures.appending(path: "rows.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try! decoder.decode([Row].self, from: data)
  }()
}

func sha(_ algorithm: Digest.Algorithm, of file: URL) throws -> String {
  var digest = try Digest(algorithm)
  let data = try Data(contentsOf: file, options: .mappedIfSafe)
  data.withUnsafeBytes { digest.update($0) }
  return digest.finish()
}

/// A manifest that is right for `image` when nothing else is asked for.
func manifest(
  for image: URL, mebibytes: Int, sha1: String? = nil, size: Int64? = nil,
  compression: Manifest.Compression = .gzip
) throws -> Manifest {
  let bytes = try? Data(contentsOf: image)
  let digest = try sha1 ?? (bytes == nil ? String(repeating: "0", count: 40) : sha(.sha1, of: image))
  var document = try ManifestTests.good.get().object!
  document["image_size"] = .integer(Int64(mebibytes))
  document["files"] = [
    [
      "sha1": .string(digest), "size": .integer(size ?? Int64(max(1, bytes?.count ?? 1))),
      "compression": .string(compression.rawValue),
    ]
  ]
  return try #require(Manifest.read(Array(JSONValue.object(document).text.utf8)).manifest)
}

/// Names of what lies in `folder`.
func names(in folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// Bytes that `file` really takes up.
func allocated(_ file: URL) -> Int64 {
  var status = stat()
  return stat(file.path, &status) == 0 ? Int64(status.st_blocks) * 512 : -1
}
