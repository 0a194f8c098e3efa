import CZlib
import DiskFormats
import Foundation
import Glibc
import Model
import Testing

/// `fixtures/disks`.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "fixtures/disks")

/// A row of `fixtures/disks/rows.json`: what sfdisk and blkid say of a disk, and what we must find fault with.
struct Row: Decodable, Sendable, CustomTestStringConvertible {
  struct Partition: Decodable, Sendable, Equatable {
    var number: Int
    var start: Int64
    var size: Int64
    var type: String
    var active: Bool
    var name: String?
    var fileSystem: FileSystemFacts?

    init(_ facts: PartitionFacts) {
      (number, start, size, type) = (facts.number, facts.start, facts.size, facts.type)
      (active, name, fileSystem) = (facts.active, facts.name, facts.fileSystem)
    }
  }

  var name: String
  var table: DiskFacts.Table
  var bootCode: Bool
  var partitions: [Partition]
  var fileSystem: FileSystemFacts?
  /// What the problems and notes must hold, one after the other.
  var problems: [String]
  var notes: [String]
  var testDescription: String { name }

  static let all: [Row] = {
    let data = try! Data(contentsOf: fixtures.appending(path: "rows.json"))
    return try! JSONDecoder().decode([Row].self, from: data)
  }()
}

/// A disk of which only the sectors that are not all zero are kept; it counts what is read of it.
final class SparseDisk {
  var size: Int64
  var sectors: [Int64: [UInt8]] = [:]
  private(set) var bytesRead = 0
  private(set) var reads = 0

  init(size: Int64) { self.size = size }

  /// `fixtures/disks/NAME.gz`: a line `size BYTES`, then a line `OFFSET HEX` for each sector.
  init(named name: String) throws {
    let file = try #require(gzopen(fixtures.appending(path: "\(name).gz").path, "rb"))
    defer { gzclose(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = gzread(file, &buffer, UInt32(buffer.count)), count > 0 { text += buffer.prefix(Int(count)) }
    let lines = text.split(separator: UInt8(ascii: "\n")).map { $0.split(separator: UInt8(ascii: " ")) }
    size = try #require(Int64(String(decoding: lines[0][1], as: UTF8.self)))
    for line in lines.dropFirst() {
      let offset = try #require(Int64(String(decoding: line[0], as: UTF8.self)))
      let digits = line[1].map { $0 <= UInt8(ascii: "9") ? $0 - 48 : $0 - 87 }
      let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
      sectors[offset / 512] = bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
    }
  }

  var bytes: DiskBytes { DiskBytes(size: size) { self.read($0, $1) } }

  private func read(_ offset: Int64, _ count: Int) -> [UInt8] {
    (reads, bytesRead) = (reads + 1, bytesRead + count)
    var result = [UInt8](repeating: 0, count: count)
    guard count > 0 else { return result }
    for sector in (offset / 512)...((offset + Int64(count) - 1) / 512) {
      guard let bytes = sectors[sector] else { continue }
      let from = max(offset, sector * 512)
      let to = min(offset + Int64(count), sector * 512 + 512)
      result.replaceSubrange(
        Int(from - offset)..<Int(to - offset), with: bytes[Int(from % 512)..<Int(to - sector * 512)])
    }
    return result
  }

  /// Overwrites `bytes` at `offset`.
  func put(_ offset: Int64, _ bytes: [UInt8]) {
    for (index, byte) in bytes.enumerated() {
      let at = offset + Int64(index)
      sectors[at / 512, default: [UInt8](repeating: 0, count: 512)][Int(at % 512)] = byte
    }
  }

  func byte(_ offset: Int64) -> UInt8 { sectors[offset / 512]?[Int(offset % 512)] ?? 0 }
}

/// `value` in `width` bytes, least first.
func little(_ value: some FixedWidthInteger, _ width: Int) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// Most significant first.
func big(_ value: some FixedWidthInteger, _ width: Int) -> [UInt8] { little(value, width).reversed() }
