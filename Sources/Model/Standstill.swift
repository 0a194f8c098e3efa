/// Where and how a guest stood when nobody waited for it any longer.
package struct Standstill: Codable, Hashable, Sendable {
  /// What the guest's processors were seen to do.
  package enum Processor: String, Codable, Hashable, Sendable, CaseIterable {
    /// All are halted with interrupts off: for good.
    case halted
    /// Halted most of the time, to go on with the next interrupt.
    case idle
    /// Mostly within a few instructions.
    case spinning
    /// Running, at many places.
    case busy
    /// Not to be had: QEMU has paused the machine, or has ended, or did not answer.
    case unknown
  }

  package var boot: String
  /// What it was, in one sentence of at most 200 characters or so.
  package var sentence: String
  /// Seconds since power-on at which it was looked at.
  package var seconds: Double
  /// The farthest ``Stage`` and when it was reached; nil: none.
  package var stage: String?
  package var stageSeconds: Double?
  /// The last line on COM1; empty: none ever came.
  package var lastLine: String
  /// Seconds since then; nil: nothing ever came.
  package var silence: Double?
  package var processor: Processor
  /// Where the first processor ran, a linear address in hexadecimal.
  package var address: String?
  /// Whether it was mostly seen in user mode; nil: not seen running.
  package var isUserMode: Bool?
  /// Processors' worth of time that the machine used between the first look and the last.
  package var load: Double?
  /// Why the guest cannot be blamed for being slow; nil: it can.
  package var starved: String?

  package init(
    boot: String, sentence: String, seconds: Double, stage: String? = nil, stageSeconds: Double? = nil,
    lastLine: String = "", silence: Double? = nil, processor: Processor = .unknown, address: String? = nil,
    isUserMode: Bool? = nil, load: Double? = nil, starved: String? = nil
  ) {
    (self.boot, self.sentence, self.seconds) = (boot, sentence, seconds)
    (self.stage, self.stageSeconds, self.lastLine, self.silence) = (stage, stageSeconds, lastLine, silence)
    (self.processor, self.address, self.isUserMode) = (processor, address, isUserMode)
    (self.load, self.starved) = (load, starved)
  }
}
