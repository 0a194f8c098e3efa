import DiskFormats
import Glibc
import Intake
import Model
import ZFSStreams

/// What is fuzzed: each takes any bytes, and neither crashes nor asks for memory that the bytes do not pay for.
enum Target: String, CaseIterable {
  case stream, manifest, disk, qcow2

  func take(_ bytes: [UInt8]) {
    switch self {
    case .stream: takeStream(bytes)
    case .manifest: _ = Manifest.read(bytes)
    case .disk: takeDisk(bytes)
    case .qcow2: takeHeader(bytes)
    }
  }
}

/// `fuzz TARGET [libFuzzer's options and folders]`; see tools/fuzz.
@main enum Fuzz {
  /// Set once, before the first input.
  nonisolated(unsafe) static var target = Target.stream

  static func main() {
    guard let target = CommandLine.arguments.dropFirst().first.flatMap(Target.init) else {
      fatalError("usage: fuzz \(Target.allCases.map(\.rawValue).joined(separator: "|")) [OPTION|FOLDER]...")
    }
    Fuzz.target = target
    // libFuzzer sees its own name in place of the target's.
    var count = CommandLine.argc - 1
    var arguments = CommandLine.unsafeArgv + 1
    exit(
      runFuzzer(&count, &arguments) { data, count in
        Fuzz.target.take(Array(UnsafeBufferPointer(start: data, count: count)))
        return 0
      })
  }
}

/// - SeeAlso: libFuzzer, "Using libFuzzer as a library".
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The first byte says where the stream is cut; checksums are put right, or nothing behind them would ever be reached.
private func takeStream(_ bytes: [UInt8]) {
  guard let cut = bytes.first else { return }
  var stream = Array(bytes.dropFirst())
  if cut & 1 == 1 { mendChecksums(&stream) }
  var reader = StreamReader(limit: .gibibytes(1))
  let step = Int(cut >> 1) * 7 + 1
  var start = 0
  do throws(ZFSStreamError) {
    while start < stream.count {
      let chunk = Array(stream[start..<min(stream.count, start + step)])
      var position = 0
      while let placement = try reader.next(in: chunk.span.bytes, at: &position) {
        switch placement {
        case .write(let offset, let source):
          precondition(offset >= 0 && offset + Int64(source.count) <= 1 << 30 && source.upperBound <= chunk.count)
        case .unpacked(let offset):
          precondition(offset >= 0 && offset + Int64(reader.unpacked.count) <= 1 << 30)
        case .free(let offset, let length): precondition(offset >= 0 && length >= 0)
        }
      }
      start += step
    }
    let summary = try reader.finish()
    precondition(summary.volumeSize <= 1 << 30)
  } catch {
    precondition(error.offset <= stream.count)
  }
}

private func takeDisk(_ bytes: [UInt8]) {
  // The first byte says how much larger than its bytes the disk is.
  let more = Int64(bytes.first ?? 0) << 20
  let held = Array(bytes.dropFirst())
  var read = 0
  let disk = DiskBytes(size: Int64(held.count) + more) { offset, count in
    read += count
    precondition(read <= 64 << 20, "more is read than any table can need")
    return (0..<count).map { at in
      let place = offset + Int64(at)
      return place < held.count ? held[Int(place)] : 0
    }
  }
  if let facts = try? readDiskFacts(disk) { precondition(facts.partitions.count <= 1024) }
}

private func takeHeader(_ bytes: [UInt8]) {
  if let header = try? QCOW2Header(bytes) { precondition(header.virtualSize >= 0) }
}
