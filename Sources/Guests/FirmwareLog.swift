import Foundation
package import Model

/// What SeaBIOS says on its debug port, kept and understood: did it find boot code, and did that code stay in control?
///
/// The port can be written by the guest as well, at any speed: the log is bounded, and what stands in it is only used
/// to tell how the firmware fared.
package actor FirmwareLog {
  /// How far the firmware got.
  package struct State: Sendable, Hashable {
    /// Times that it jumped to a boot sector.
    package var handOvers = 0
    /// It gave up: no disk had a boot sector.
    package var foundNoDevice = false
    /// Last line that said where it boots from.
    package var lastBootLine = ""
    /// Anything came at all.
    package var hasSpoken = false

    package init() {}
  }

  private let stream: any ByteStream
  private let file: FileHandle?
  private var line: [UInt8] = []
  private var written = 0
  private let signal = ChangeSignal()
  package private(set) var state = State()

  private static let fileLimit = 1 << 20
  private static let lineLimit = 4096

  package init(stream: any ByteStream, logPath: String) {
    self.stream = stream
    _ = FileManager.default.createFile(atPath: logPath, contents: nil)
    file = FileHandle(forWritingAtPath: logPath)
  }

  /// Reads until the end of the stream or the task is cancelled.
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
    state.hasSpoken = true
    if written < FirmwareLog.fileLimit {
      let kept = bytes.prefix(FirmwareLog.fileLimit - written).map { $0 == 10 || (32..<127).contains($0) ? $0 : 46 }
      try? file?.write(contentsOf: kept)
      written += kept.count
    }
    for byte in bytes {
      if byte == 10 {
        judge(String(decoding: line, as: UTF8.self))
        line = []
      } else if line.count < FirmwareLog.lineLimit {
        line.append(byte)
        // SeaBIOS says this last word without a line end.
        if byte == UInt8(ascii: ".") { judgeUnfinished() }
      }
    }
    signal.notify()
  }

  private func judge(_ text: String) {
    if text.hasPrefix("Booting from 0000:7c00") { state.handOvers += 1 }
    if text.hasPrefix("Booting from ") { state.lastBootLine = text }
  }

  private func judgeUnfinished() {
    if line.starts(with: Array("No bootable device.".utf8)) { state.foundNoDevice = true }
  }

  /// Waits until `accept` is true of the state.
  package func reached(_ what: String, until deadline: Deadline, where accept: @escaping @Sendable (State) -> Bool)
    async throws -> State
  {
    try await signal.value(what, until: deadline) {
      let state = await self.state
      return accept(state) ? state : nil
    }
  }
}
