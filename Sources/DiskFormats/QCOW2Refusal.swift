/// Why a qcow2 file is not taken: what was found, and what to do instead.
package struct QCOW2Refusal: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: String, Hashable, Sendable {
    /// It is no qcow2, or cut off inside its header.
    case notQCOW2
    case unknownVersion
    /// It is only the difference to another file.
    case backingFile
    /// Its data stands in another file.
    case externalData
    case encrypted
    /// Marked as corrupt by qemu.
    case corrupt
    case unknownFeature
    /// A number that cannot be right, or would lead qemu to use far too much memory.
    case nonsense
  }

  package var reason: Reason
  package var message: String
  package var description: String { message }

  init(_ reason: Reason, _ message: String) { (self.reason, self.message) = (reason, message) }
}
