import Model

/// How far intake has come.
package struct IntakeProgress: Hashable, Sendable {
  /// Bytes of the image file read so far, and in all.
  package var bytesRead: Int64
  package var fileSize: Int64
  /// Since the start.
  package var elapsed: Duration

  package init(bytesRead: Int64, fileSize: Int64, elapsed: Duration) {
    (self.bytesRead, self.fileSize, self.elapsed) = (bytesRead, fileSize, elapsed)
  }

  /// Bytes read a second; nil before there is anything to measure.
  package var rate: Double? {
    let seconds = elapsed.inSeconds
    return seconds > 0.1 && bytesRead > 0 ? Double(bytesRead) / seconds : nil
  }

  /// What is left at this rate.
  package var timeLeft: Duration? { rate.map { .seconds(Double(max(0, fileSize - bytesRead)) / $0) } }
}

/// Passes on progress ten times a second, and the last word always.
struct ProgressMeter: Sendable {
  let fileSize: Int64
  private let started = ContinuousClock.now
  private let show: (@Sendable (IntakeProgress) -> Void)?
  private var next = ContinuousClock.now

  init(fileSize: Int64, _ show: (@Sendable (IntakeProgress) -> Void)?) {
    (self.fileSize, self.show) = (fileSize, show)
  }

  mutating func read(_ bytes: Int64) {
    guard let show else { return }
    let now = ContinuousClock.now
    guard now >= next || bytes >= fileSize else { return }
    next = now.advanced(by: .milliseconds(100))
    show(IntakeProgress(bytesRead: bytes, fileSize: max(fileSize, bytes), elapsed: now - started))
  }
}
