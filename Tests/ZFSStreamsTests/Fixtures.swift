import CCrypto
import CZlib
import Foundation
import Testing

private let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "fixtures/zfs")

/// A file of `fixtures/zfs`, without its gzip if it has one.
func fixture(_ name: String) throws -> [UInt8] {
  let file = try #require(gzopen(folder.appending(path: name).path, "rb"))
  defer { gzclose(file) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = Int(gzread(file, &piece, UInt32(piece.count)))
    try #require(count >= 0)
    if count == 0 { return bytes }
    bytes += piece[..<count]
  }
}

/// A row of `fixtures/zfs/rows.json`.
struct Row: Decodable, Sendable, CustomTestStringConvertible {
  var id: String
  var file: String
  var expect: String
  var volsize: Int64?
  var volblocksize: Int64?
  var streamBytes: Int
  var rawSha256: String?
  var features: [String]
  var records: [String: Int]?
  var writeCompression: [String: Int]?
  var package: Bool
  var toname: String
  var toguid: String
  var smartosRulesBroken: [String]
  var testDescription: String { "\(id) \(expect)" }

  static let all: [Row] = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = try! Data(contentsOf: folder.appending(path: "rows.json"))
    return try! decoder.decode([Row].self, from: data)
  }()

  static let sound = all.filter { $0.expect == "ok" }
}

extension Pages {
  /// SHA-256 of the first `size` bytes, in hexadecimal.
  func sha256(size: Int) throws -> String {
    let context = try #require(EVP_MD_CTX_new())
    defer { EVP_MD_CTX_free(context) }
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    func hole(_ from: Int, _ to: Int) {
      for start in stride(from: from, to: to, by: zeros.count) {
        EVP_DigestUpdate(context, zeros, min(zeros.count, to - start))
      }
    }
    var end = 0
    for (number, page) in pages.sorted(by: { $0.key < $1.key }) {
      hole(end, number * 512)
      EVP_DigestUpdate(context, page, page.count)
      end = (number + 1) * 512
    }
    hole(end, size)
    #expect(end <= size)
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
