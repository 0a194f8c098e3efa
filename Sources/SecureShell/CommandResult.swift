internal import Model

/// How a command ended, and what it wrote.
///
/// A non-zero status is a result, not an error.
package struct CommandResult: Sendable, Equatable {
  /// The exit status; `nil` when a signal ended the command.
  ///
  /// libssh2 cannot tell a status of 0 from none: a server that closes the channel without one counts as 0. Whoever
  /// judges by the status alone lets the command end its output with a line of its own, and looks for it.
  package var status: Int32?
  /// The signal that ended the command, without `SIG`: `KILL`, `TERM` …
  package var signal: String?
  /// What it wrote, each at most the output limit.
  package var standardOutput: [UInt8]
  package var standardError: [UInt8]
  /// Whether either output was longer than the limit; what was beyond it is lost.
  package var isTruncated: Bool

  package init(
    status: Int32?, signal: String? = nil, standardOutput: [UInt8] = [], standardError: [UInt8] = [],
    isTruncated: Bool = false
  ) {
    self.status = status
    self.signal = signal
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.isTruncated = isTruncated
  }
}

/// The two outputs of a command while they arrive, each kept up to a limit.
struct OutputGathering {
  private let limit: Int
  private let onOutput: (@Sendable ([UInt8]) -> Void)?
  /// Where the standard output goes instead of being kept.
  private let sink: ((ArraySlice<UInt8>) throws -> Void)?
  private(set) var kept: [SSHChannel.Output: [UInt8]] = [:]
  private(set) var isTruncated = false
  private(set) var received = 0

  init(
    limit: ByteCount, onOutput: (@Sendable ([UInt8]) -> Void)? = nil, sink: ((ArraySlice<UInt8>) throws -> Void)? = nil
  ) {
    self.limit = Int(limit.bytes)
    self.onOutput = onOutput
    self.sink = sink
  }

  mutating func take(_ bytes: ArraySlice<UInt8>, from output: SSHChannel.Output) throws {
    received += bytes.count
    if output == .standard, let sink { return try sink(bytes) }
    let fitting = bytes.prefix(limit - kept[output, default: []].count)
    isTruncated = isTruncated || fitting.count < bytes.count
    guard !fitting.isEmpty else { return }
    kept[output, default: []] += fitting
    onOutput?(Array(fitting))
  }

  /// For the message of a command that did not end: how much came, and the end of what was kept.
  var lastSeen: String {
    guard received > 0 else { return "it wrote nothing" }
    let tails = SSHChannel.Output.allCases.compactMap { output -> String? in
      guard let bytes = kept[output], !bytes.isEmpty else { return nil }
      return "\(output == .standard ? "stdout" : "stderr") …\"\(printable(bytes.suffix(120), limit: 120))\""
    }
    return "it wrote \(ByteCount(bytes: Int64(received))), last \(tails.joined(separator: ", "))"
  }
}
