import Foundation
import Glibc
import Model
import Testing

@testable import Intake

@Suite struct SparseWriterTests {
  /// Writes `pieces`, and gives back the file's bytes and what it takes up.
  private func write(
    _ pieces: [(offset: Int64, bytes: [UInt8])], hurried: (Int) -> Bool = { _ in false }
  ) async throws -> (Data, allocated: Int64) {
    try await withScratch { folder in
      let path = folder.path + "/disk"
      let descriptor = open(path, O_RDWR | O_CREAT, 0o644)
      defer { close(descriptor) }
      var writer = SparseWriter(descriptor: descriptor, path: path)
      for (number, piece) in pieces.enumerated() {
        writer.hurried = hurried(number)
        try piece.bytes.withUnsafeBytes { try writer.write($0, at: piece.offset) }
      }
      try writer.flush()
      return (try Data(contentsOf: URL(filePath: path)), allocated(URL(filePath: path)))
    }
  }

  private func bytes(_ count: Int, _ seed: UInt8) -> [UInt8] { (0..<count).map { UInt8($0 % 251) &+ seed } }

  @Test func neighboursAndStrangersLandInTheirPlaces() async throws {
    let (found, _) = try await write([
      (0, bytes(512, 1)), (512, bytes(700, 2)), (1212, bytes(3, 3)), (9000, bytes(40_000, 4)), (50_000, bytes(1, 5)),
    ])
    var wanted = Data(count: 50_001)
    wanted.replaceSubrange(0..<512, with: bytes(512, 1))
    wanted.replaceSubrange(512..<1212, with: bytes(700, 2))
    wanted.replaceSubrange(1212..<1215, with: bytes(3, 3))
    wanted.replaceSubrange(9000..<49_000, with: bytes(40_000, 4))
    wanted.replaceSubrange(50_000..<50_001, with: bytes(1, 5))
    #expect(found == wanted)
  }

  /// More than one run, none of them aligned, and more than one, all of them aligned.
  @Test(arguments: [1000, 8192]) func thousandsOfPieces(size: Int) async throws {
    let piece = bytes(size, 9)
    let count = (5 << 20) / size
    let (found, _) = try await write((0..<count).map { (Int64($0 * size), piece) })
    #expect(found == Data((0..<count).flatMap { _ in piece }))
  }

  /// Whether the page cache is gone round or not is nothing that the file shows.
  @Test(arguments: [0, 1, 2]) func theSameInHaste(every: Int) async throws {
    let blocks = (0..<400).map { bytes(16 << 10, UInt8($0 % 200)) }
    let pieces = blocks.enumerated().filter { $0.offset % 97 != 5 }
    let (found, _) = try await write(pieces.map { (Int64($0.offset) << 14, $0.element) }) { $0 % 3 < every }
    var wanted = Data(count: 400 << 14)
    for (at, block) in pieces { wanted.replaceSubrange((at << 14)..<((at + 1) << 14), with: block) }
    #expect(found == wanted)
  }

  @Test func zerosInTheMiddleOfAPieceAreAHole() async throws {
    let large = bytes(64 << 10, 1) + [UInt8](repeating: 0, count: 1 << 20) + bytes(64 << 10, 2)
    let (found, allocated) = try await write([(0, large)])
    #expect(found == Data(large))
    #expect(allocated <= 192 << 10)
  }

  @Test func aFullDiskIsOurTroubleAndSaysWhatToDo() throws {
    let full = open("/dev/full", O_WRONLY)
    try #require(full >= 0)
    defer { close(full) }
    var writer = SparseWriter(descriptor: full, path: "/var/tmp/disk")
    let error = #expect(throws: VerifyError.self) {
      try bytes(100, 1).withUnsafeBytes {
        try writer.write($0, at: 0)
        try writer.flush()
      }
    }
    #expect(error?.code == .system)
    #expect(error?.message.contains("/var/tmp/disk") == true)
    #expect(error?.message.contains("free some space") == true)
  }
}
