import Consoles
package import Guests
import Model

/// The login prompt names the machine as its metadata does.
package struct PromptName: BootCheck {
  package static let info = CheckInfo(
    id: "console.prompt-name", title: "The login prompt on the console names the host", level: .should, clauses: [20],
    kind: .host,
    remedy:
      "Set the host name before the getty starts (cloud-init does in its first stages), and leave '\\n' in /etc/issue.",
    description: """
      Looks at the word before 'login:' on COM1: it is sdc:hostname, with a domain behind it or without. Where the \
      metadata gives another name than at the instance's first boot, either will do. A getty that starts before the name \
      is set shows the builder's for as long as nobody presses Enter.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard awakening.loginPrompt != nil else { return .skipped("there is no login prompt: \(awakening.sentence)") }
    let match = try? await guest.console.expect(.loginPrompt, from: .start, until: .after(.seconds(2)))
    return judge(shown: match?.capture, names: [guest.boot.hostname, guest.boot.instance.hostname])
  }

  /// - Parameter shown: the word before `login:`; nil: there is none.
  static func judge(shown: String?, names: [String]) -> Judgement {
    guard let shown, !shown.isEmpty else { return .skipped("the prompt has no word before 'login:'") }
    let name = String(shown.prefix(64))
    if names.contains(where: { shown == $0 || shown.hasPrefix($0 + ".") }) {
      return Judgement(.passed, notes: ["name": name])
    }
    return .failed("expected the prompt '\(names.first ?? "") login:', found '\(name) login:'")
  }
}
