import Foundation
package import Model
package import Packets

/// What passes on the wire of one NIC: kept as a pcap file that Wireshark opens, and understood as it comes.
///
/// A guest can send without end, so the file is bounded; what comes behind its end is still understood, and is told as
/// ``leftOut``.
package actor Wire {
  /// Bytes of the file.
  package static let fileLimit = 4 << 20

  private let stream: any ByteStream
  private let file: FileHandle?
  private let limit: Int
  private var reader = PcapReader()
  private var written = 0
  private var hasHeader = false
  package private(set) var facts: WireFacts
  /// Frames that are not in the file.
  package private(set) var leftOut = 0
  /// Why there is no more to be seen; nil: all is well.
  package var trouble: String? { reader.trouble }

  /// - Parameter network: MAC addresses on the wire that are not the guest's.
  package init(stream: any ByteStream, path: String, network: Set<MACAddress>, fileLimit: Int = Wire.fileLimit) {
    (self.stream, limit) = (stream, fileLimit)
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    file = FileHandle(forWritingAtPath: path)
    facts = WireFacts(network: network)
  }

  /// Reads until the end of the stream or the task is cancelled; also what it no longer understands, so that the sender
  /// never stands still.
  package func drain() async {
    while !Task.isCancelled {
      guard let bytes = try? await stream.read(atMost: 1 << 16, until: .after(.seconds(3600))) else {
        if Task.isCancelled { break }
        continue
      }
      if bytes.isEmpty { break }
      take(bytes)
    }
    try? file?.close()
  }

  private func take(_ bytes: [UInt8]) {
    let records = reader.receive(bytes)
    var out: [UInt8] = []
    if !hasHeader, let header = reader.header {
      hasHeader = true
      out = header
    }
    for record in records {
      facts.take(record)
      if leftOut == 0, written + out.count + record.raw.count <= limit { out += record.raw } else { leftOut += 1 }
    }
    guard !out.isEmpty else { return }
    try? file?.write(contentsOf: out)
    written += out.count
  }
}

extension Instance.NIC {
  /// The MAC addresses of QEMU's user network: made of the gateway's address, and of the last bits of the IPv6 one.
  package var networkMACs: Set<MACAddress> {
    let four = [gateway, resolver].compactMap { IPAddress($0) }.filter { !$0.isIPv6 }.map { address in
      MACAddress(bits: address.bytes.reduce(0x5255) { $0 << 8 | UInt64($1) })
    }
    return Set(four + [0x5256_0000_0002, 0x5256_0000_0003].map { MACAddress(bits: $0) })
  }
}
