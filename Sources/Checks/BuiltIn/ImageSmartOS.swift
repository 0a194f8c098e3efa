package import Model

/// The stream installs on SmartOS.
package struct ImageSmartOS: HostCheck {
  package static let info = CheckInfo(
    id: "image.smartos", title: "The stream installs on SmartOS", level: .must, clauses: [], kind: .host,
    remedy: """
      Send the stream with plain 'zfs send' (no -c, -p, -R, -w) of a volume with one snapshot, from a pool without \
      features that only OpenZFS has, or make it with 'imgverify pack'.
      """,
    description: """
      A stream may be whole and yet not be received by illumos: feature bits, compressions and checksums that only \
      OpenZFS has, more than one snapshot, or bytes behind the end. Features that only old pools lack are noted.
      """, profile: .triton)

  package static func judge(_ facts: IntakeFacts) -> Judgement {
    if let format = facts.format, format != .zfs {
      return .skipped(
        "a \(format.rawValue) disk is no ZFS stream, which alone imgadm takes; 'imgverify pack' makes one")
    }
    guard let stream = facts.stream else { return .skipped("the stream could not be read to its end") }
    var notes: [String: String] = [:]
    for refusal in stream.smartOS where refusal.oldPoolsOnly {
      notes[refusal.rule] = [notes[refusal.rule], "on old pools: \(refusal.message)"].compactMap { $0 }
        .joined(separator: "; ")
    }
    let refusals = stream.smartOS.filter { !$0.oldPoolsOnly }.map {
      "would not install on SmartOS: \($0.rule) \($0.message)"
    }
    return .judged(refusals, evidence: "rules of SmartOS", notes: notes)
  }
}
