package import Guests
import Metadata
import Model

/// The guest asks for its metadata before it lets anybody in.
package struct MetadataFirst: BootCheck {
  package static let info = CheckInfo(
    id: "boot.metadata-first", title: "The guest asks for its metadata before it offers a login", level: .should,
    clauses: [15], kind: .host,
    remedy:
      "Order the metadata client before the network, the getty and sshd (systemd: Before=network-pre.target getty.target sshd.service), as cloud-init-local.service is.",
    description: """
      The first question on COM2 must come before the login prompt on COM1: until then the guest has the image's host \
      name, keys and passwords.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard let prompt = awakening.loginPrompt else { return .skipped("no login prompt was seen on COM1") }
    return judge(asked: await guest.metadata.transcript.firstRequestSeconds, prompt: prompt.inSeconds)
  }

  /// - Parameter asked: seconds from power-on; nil: never.
  static func judge(asked: Double?, prompt: Double) -> Judgement {
    guard let asked else { return .skipped("the guest never asked for metadata, of which metadata.asked tells") }
    let notes = ["asked": "\(Int(asked)) s", "login prompt": "\(Int(prompt)) s"]
    if asked <= prompt { return Judgement(.passed, notes: notes) }
    return .failed(
      "expected the first question for metadata before the login prompt, found it \(Int(asked - prompt)) s behind",
      notes: notes)
  }
}
