package import Model

/// What a guest must make of one way in which the metadata service misbehaves.
package struct MetadataFaultCheck: Sendable {
  /// What state the guest has to come to.
  enum Demand: Sendable {
    /// Up, with nothing that looks as if it had been told who it is.
    case up
    /// Up, and configured as the metadata promises.
    case configured
  }

  /// Name of the fault.
  let fault: String
  package let info: CheckInfo
  let demand: Demand

  private init(
    _ fault: String, _ title: String, _ demand: Demand, clauses: [Int], remedy: String, description: String
  ) {
    (self.fault, self.demand) = (fault, demand)
    info = CheckInfo(
      id: "metadata-faults.\(fault)", title: title, level: .must, clauses: clauses, kind: .host, remedy: remedy,
      description: description
        + " Judged only in boots of --mdata-fault \(fault), which gate with --mdata-faults-decide.")
  }

  /// Whether an SSH session is to be waited for.
  package var needsConfiguration: Bool { demand == .configured }

  /// The check for `fault`.
  package static func check(for fault: MetadataFault) -> MetadataFaultCheck? { all.first { $0.fault == fault.name } }

  private static let givesUp = "Let the metadata client give up after some minutes, and let the boot go on without it."
  private static let asksAgain =
    "Let the metadata client ask again when an answer does not come in time, is damaged or is not its own: empty line, "
    + "'invalid command', NEGOTIATE, and the request once more."
  private static let configured =
    "Required: a login prompt within the boot time-out, no third start of the machine, and in the end SSH as root with "
    + "the given key at the promised address."
  private static let again = configured + " The key whose answer was spoilt must have been asked for again."

  package static let all = [
    MetadataFaultCheck(
      "absent", "Without a second serial port the guest still comes up", .up, clauses: [18], remedy: givesUp,
      description: """
        The machine has no COM2. Required: a login prompt within the boot time-out, no third start of the machine, and \
        no DHCP lease that is named on the console: without metadata nobody has told the guest to use DHCP.
        """),
    MetadataFaultCheck(
      "silent", "With a metadata service that never answers the guest still comes up", .up, clauses: [18],
      remedy: givesUp,
      description: """
        Nothing is ever answered. Required: a login prompt within the boot time-out, no third start of the machine, and \
        no DHCP lease that is named on the console: without metadata nobody has told the guest to use DHCP.
        """),
    MetadataFaultCheck(
      "late", "A metadata service that is late is waited for", .configured, clauses: [15, 18], remedy: asksAgain,
      description: """
        Nothing is answered until some time (60 s) after the guest's first line on COM2; what was asked before is lost. \
        \(configured)
        """),
    MetadataFaultCheck(
      "slow", "A slow metadata service is waited for", .configured, clauses: [15, 18],
      remedy: asksAgain + " Count the wait for an answer from its last byte, not from the request.",
      description: """
        The first \(MetadataFault.slowBytes) bytes of answers come one a second, all others at once. \(configured)
        """),
    MetadataFaultCheck(
      "garbage", "Garbage before the first answer is passed over", .configured, clauses: [15],
      remedy: asksAgain + " Bytes that are no text must not end the client.",
      description: """
        Before the first answer come a line of bytes that are no text, and the beginning of another, which that answer \
        ends. \(configured)
        """),
    MetadataFaultCheck(
      "bad-crc", "An answer with a wrong checksum is asked for again", .configured, clauses: [15],
      remedy: asksAgain + " Check the length and the CRC-32 of every answer.",
      description: """
        The first value of protocol version 2 comes with a checksum that is not its own; the value itself is right. \
        \(again)
        """),
    MetadataFaultCheck(
      "dropped", "An answer that never comes is asked for again", .configured, clauses: [15], remedy: asksAgain,
      description: "The answer that would give the first value is not sent. \(again)"),
    MetadataFaultCheck(
      "not-found", "Without its optional metadata the guest is configured all the same", .configured, clauses: [15],
      remedy: "Take NOTFOUND for an answer, and go on with what is there.",
      description: """
        Only \(MetadataFault.neededKeys.joined(separator: ", ")) are there, everything else is NOTFOUND. \(configured)
        """),
    MetadataFaultCheck(
      "huge", "A very long value harms nothing", .configured, clauses: [15],
      remedy: "Hand values on through files and pipes, not as arguments, and give a long answer its time.",
      description: """
        \(MetadataFault.hugeKey) is \(MetadataFault.hugeBytes >> 10) KiB long, more than Linux takes as one argument of a \
        program. \(configured)
        """),
    MetadataFaultCheck(
      "restart", "A metadata service that restarts in mid-answer is asked again", .configured, clauses: [15],
      remedy: asksAgain,
      description: """
        Half of the answer with the first value is sent; then the service is away for \(MetadataFault.awaySeconds) s and \
        knows nothing of what was said before. The port stays open. \(again)
        """),
  ]
}
