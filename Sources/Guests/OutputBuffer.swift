import Synchronization

/// The first bytes of an output, from any task.
package final class OutputBuffer: Sendable {
  private let bytes = Mutex<[UInt8]>([])
  private let limit: Int

  package init(limit: Int) { self.limit = limit }

  package func append(_ more: [UInt8]) {
    bytes.withLock { $0 += more.prefix(max(0, limit - $0.count)) }
  }

  package var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
