extension LoginDialogue {
  /// How the last text ends when a shell waits for a command.
  package static let shellPrompts = ["# ", "#", "$ ", "% ", "> "]

  /// A getty and login of any UNIX-like system: agetty and busybox's getty, systemd's serial-getty, FreeBSD, illumos;
  /// a shell that is there at once is taken too. `password` nil: none is expected.
  package static func unix(user: String, password: String?) -> LoginDialogue {
    let shell = Branch(.prompt(shellPrompts), [], .loggedIn)
    // Before the question for the password: what asks for a new one ends in the same word.
    // Only the question counts: a banner may well tell people to change their password.
    let expired = Branch(
      .prompt(
        ["urrent", "(current) UNIX", "ew", "Old"].flatMap { word in
          [" password: ", " password:", " Password: ", " Password:"].map { word + $0 }
        }), [.clear, .interrupt], .barred("the password has expired"))
    let asked: Branch =
      if let password {
        Branch(
          .prompt(["assword: ", "assword:"]), [.clear, .secret(password), .enter], .step("the password's verdict"))
      } else {
        Branch(.prompt(["assword: ", "assword:"]), [.clear, .enter], .refused("a password is asked for"))
      }
    let refused = ["Login incorrect", "Authentication failure", "System is booting up"].map {
      any([$0], [.clear], .refused("“\($0)”"))
    }
    let barred =
      [
        "account is currently not available", "Your account has expired", "login refused on this terminal",
        "Not on system console",
      ].map { any([$0], [.clear], .barred("“\($0)”")) }
    let again = any(["Login timed out"], [.clear], .step("a login prompt"))
    // tset of csh's and sh's profiles on the BSDs; Enter takes what it proposes.
    let terminal = any(["Terminal type?", "TERM = ("], [.clear, .enter], .step("a shell's prompt"))
    return LoginDialogue([
      Step(
        "a login prompt", [Branch(.loginPrompt, [.type(user), .clear, .enter], .step("a password prompt")), shell]),
      Step("a password prompt", [expired, asked] + refused + barred + [again, terminal, shell]),
      Step("the password's verdict", [expired] + refused + barred + [again, terminal, shell]),
      Step("a shell's prompt", [again, terminal, shell]),
    ])
  }

  private static func any(_ texts: [String], _ actions: [Action], _ next: Next) -> Branch {
    Branch(texts.count == 1 ? .text(texts[0]) : .any(texts.map { .text($0) }), actions, next)
  }
}
