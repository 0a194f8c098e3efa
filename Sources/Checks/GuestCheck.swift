/// A check that runs in the guest: one POSIX shell file, its header read and its body ready to travel.
package struct GuestCheck: Hashable, Sendable {
  package var info: CheckInfo
  /// By which ways it may be run: `ssh`, `serial`, or both.
  package var transports: [String]
  /// Conditions that the guest must meet, or the check is skipped: `cmd:NAME`, `path:/FILE`, `EXPECT_NAME`, `systemd`.
  package var needs: [String]
  /// Seconds that it may take, before scaling; 1...600.
  package var timeout: Int
  /// The shell text after the header; begins with the line that reads the helpers, ends with a line feed.
  package var body: String
  /// The file it was read from.
  package var path: String
  /// Line of its field `clause`.
  var clauseLine = 1

  package var id: String { info.id }

  /// First line of every body: it finds the helpers in a bundle, and by hand beside the folder of the check.
  package static let helperLine = #". "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}""#
  /// Most bytes that a check's file may have.
  package static let maximumSize = 64 << 10
}
