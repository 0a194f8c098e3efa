package import Guests
package import SecureShell

/// A host-side check that spoils the guest: it starts from a guest that was saved when it was ready, and whatever it
/// does is undone behind it.
///
/// It never judges how the guest came up from power-on. What it finds does not depend on where devices sit, so one boot
/// of a run is enough.
package protocol IntrusiveCheck: HostCheck {
  /// - Parameter session: as root, opened for this check alone.
  static func judge(_ guest: Guest, over session: SecureShell, _ terms: IntrusiveTerms) async throws -> Judgement
}

/// What an intrusive check is given beside its guest.
package struct IntrusiveTerms: Sendable {
  /// Of root, to log in again.
  package var key: KeyPair
  /// How long a boot may take until it is up; already scaled.
  package var bootLimit: Duration

  package init(key: KeyPair, bootLimit: Duration) { (self.key, self.bootLimit) = (key, bootLimit) }
}
