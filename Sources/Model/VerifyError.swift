/// Why something could not be done: a code to match on, a message for people, and what lies behind it.
///
/// A judgement of the image is never an error but a value (``Outcome``). An error that reaches the conductor
/// therefore means *broken*, not *failed*; the two codes `badImage` and `badManifest` are the exception that intake
/// throws and the conductor turns into a failed finding.
package struct VerifyError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it was; matched with `==`, may grow.
  package struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Name: String, Sendable {
      case timedOut, cannotOpen, badImage, badManifest, toolMissing, toolFailed, hypervisorFailed, closed,
        protocolViolation,
        limitExceeded, authenticationRefused, noCommonAlgorithm, unsupported, system, usage
    }
    private let name: Name
    private init(_ name: Name) { self.name = name }

    /// A deadline passed.
    package static let timedOut = Code(.timedOut)
    /// An input file is missing or unreadable (exit code 66).
    package static let cannotOpen = Code(.cannotOpen)
    /// The image file is damaged, or holds no whole disk.
    package static let badImage = Code(.badImage)
    /// The manifest is not JSON or breaks a rule.
    package static let badManifest = Code(.badManifest)
    /// A program that we need is not installed.
    package static let toolMissing = Code(.toolMissing)
    /// A program that we need failed.
    package static let toolFailed = Code(.toolFailed)
    /// The hypervisor ended, or answered with an error.
    package static let hypervisorFailed = Code(.hypervisorFailed)
    /// The other side closed the stream.
    package static let closed = Code(.closed)
    /// The other side does not speak the protocol.
    package static let protocolViolation = Code(.protocolViolation)
    /// More bytes, lines or items than we are ready to take.
    package static let limitExceeded = Code(.limitExceeded)
    /// Every key or password that we have was refused.
    package static let authenticationRefused = Code(.authenticationRefused)
    /// The two sides of an SSH connection share no algorithm.
    package static let noCommonAlgorithm = Code(.noCommonAlgorithm)
    /// A sound request that we do not handle.
    package static let unsupported = Code(.unsupported)
    /// A system call failed.
    package static let system = Code(.system)
    /// The command line makes no sense.
    package static let usage = Code(.usage)

    package var description: String { name.rawValue }
  }

  package var code: Code
  /// What happened, with the values seen, and the remedy if one is known.
  package var message: String
  package var cause: (any Error)?

  package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  package var description: String {
    guard let cause else { return message }
    return "\(message): \(cause)"
  }
}
