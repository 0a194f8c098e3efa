import Foundation
import Metadata
import Model
import Testing

/// Reads files of `fixtures/mdata`.
enum Fixture {
  static func bytes(_ name: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: "fixtures/mdata/\(name)")))
  }

  static func json(_ name: String) throws -> OrderedJSON { try OrderedJSON(parsing: try bytes(name)) }
}

/// How bytes come in: at once, one by one, or in pieces of random length.
enum Chunking: Hashable, CustomTestStringConvertible {
  case whole, single
  case random(seed: UInt64)

  static let all: [Chunking] = [.whole, .single] + (1...8).map { .random(seed: $0) }

  var testDescription: String {
    switch self {
    case .whole: "whole"
    case .single: "byte by byte"
    case .random(let seed): "random, seed \(seed)"
    }
  }

  func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var generator = SplitMix(state: 0)
    if case .random(let seed) = self { generator.state = seed }
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < bytes.count {
      let length =
        switch self {
        case .whole: bytes.count
        case .single: 1
        case .random: Int.random(in: 1...40, using: &generator)
        }
      let end = min(bytes.count, start + length)
      pieces.append(bytes[start..<end])
      start = end
    }
    return pieces
  }
}

/// A random generator that gives the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension MetadataSession {
  /// The bytes answered to `bytes`.
  mutating func answers(to bytes: [UInt8], _ chunking: Chunking = .whole) -> [UInt8] {
    var answer: [UInt8] = []
    for piece in chunking.pieces(bytes) {
      for case .send(let bytes) in receive(piece) { answer += bytes }
    }
    return answer
  }

  mutating func answer(_ text: String) -> String { String(decoding: answers(to: Array(text.utf8)), as: UTF8.self) }

  /// The events noted while `text` is handled.
  mutating func events(_ text: String) -> [MetadataEvent] {
    receive(Array(text.utf8)).compactMap { if case .note(let event) = $0 { event } else { nil } }
  }
}

extension MetadataStore {
  init(_ keys: KeyValuePairs<String, String>) {
    self.init(keys: keys.map { .init($0.key, .string($0.value)) })
  }
}
