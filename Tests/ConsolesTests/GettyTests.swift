import Foundation
import Model
import Testing

@testable import Consoles

/// Logins as they are met: each a guest that says something at once, or after the text that it waits for.
@Suite(.timeLimit(.minutes(15))) struct GettyTests {
  /// What the guest does: says a text; or hears one, echoing it or not.
  enum Line: Sendable {
    case says(String)
    case hears(String)
    case hearsSilently(String)
  }

  struct Guest: Sendable, CustomTestStringConvertible {
    var name: String
    var password: String? = "s3cret"
    var lines: [Line]
    var testDescription: String { name }
  }

  static let name: [Line] = [.hears("root"), .hearsSilently("\r")]
  static let password: [Line] = [.says("\r\nPassword: "), .hearsSilently("s3cret\r")]

  static let willing: [Guest] = [
    Guest(
      name: "systemd's serial-getty",
      lines: [.says("\u{1B}[r\u{1B}[H\u{1B}[J\r\nDebian GNU/Linux 12 web-1 ttyS0\r\n\r\nweb-1 login: ")] + name
        + password
        + [.says("\r\nLinux web-1 6.1.0\r\n\u{1B}[?2004hroot@web-1:~# ")]),
    Guest(
      name: "agetty with an issue that names logins and passwords",
      lines: [
        .says(
          "Default login: root\r\nTo change the Password: call us, # is no prompt\r\nlogin: above\r\n\r\nPlease login: \r\n"
        ),
        .says("web-1 login: "),
      ] + name + password + [.says("\r\n# welcome #\r\nPlease change your password soon.\r\n[root@web-1 ~]# ")]),
    Guest(
      name: "busybox",
      lines: [.says("\r\ntiny 1.0  tiny ttyS0\r\n\r\ntiny login: ")] + name + password + [.says("\r\n~ # \u{1B}[6n")]),
    Guest(
      name: "FreeBSD and csh",
      lines: [.says("FreeBSD/amd64 (Amnesiac) (ttyu0)\r\n\r\nlogin: ")] + name
        + [
          .says("\r\nPassword:"), .hearsSilently("s3cret\r"),
          .says("\r\nLast login: Sat\r\nFreeBSD 14.1\r\nroot@:~ # "),
        ]),
    Guest(
      name: "a profile that asks for the terminal",
      lines: [.says("login: ")] + name
        + [
          .says("\r\nPassword:"), .hearsSilently("s3cret\r"), .says("\r\nTerminal type? [vt100] "),
          .hearsSilently("\r"),
        ]
        + [.says("\r\nTERM = (vt100) "), .hearsSilently("\r"), .says("\r\nroot@host:~ # ")]),
    Guest(
      name: "illumos",
      lines: [.says("\r\nsmart console login: ")] + name + password
        + [.says("\r\nLast login: Sat on console\r\nroot@smart:~# ")]),
    Guest(name: "no password", password: nil, lines: [.says("tiny login: ")] + name + [.says("\r\n# ")]),
    Guest(name: "a password that is not asked for", lines: [.says("tiny login: ")] + name + [.says("\r\n# ")]),
    Guest(
      name: "autologin",
      lines: [.says("\r\nweb-1 login: root (automatic login)\r\n\r\nLast login: Sat\r\nroot@web-1:~# ")]),
    Guest(
      name: "kernel messages behind every prompt",
      lines: [.says("tiny login: [   12.1] random: crng init done\r\n[   12.2] IPv6: up\r\n")] + name
        + [.says("\r\nPassword: [   13.125] eth0: link\r\n"), .hearsSilently("s3cret\r")]
        + [.says("\r\n~ # [   14.000001] sda: sda1\r\n[   14.1] more\r\n")]),
    Guest(
      name: "a timeout and a new getty",
      lines: [.says("tiny login: ")] + name + [.says("\r\nLogin timed out after 60 seconds.\r\n\r\ntiny login: ")]
        + name
        + password + [.says("\r\n# ")]),
    Guest(
      name: "Login incorrect once",
      lines: [.says("tiny login: ")] + name + password + [.says("\r\nLogin incorrect\r\n\r\ntiny login: ")] + name
        + password
        + [.says("\r\n# ")]),
  ]

  static let unwilling: [(guest: Guest, says: String, attempts: Int)] = [
    (
      Guest(
        name: "an expired password",
        lines: [.says("tiny login: ")] + name + password
          + [
            .says("\r\nYou are required to change your password immediately.\r\nCurrent password: "),
            .hearsSilently("\u{03}"),
          ]),
      "the password has expired", 1
    ),
    (
      Guest(
        name: "an expired password of PAM's older words, none set",
        lines: [.says("tiny login: ")] + name + [.says("\r\nNew password: "), .hearsSilently("\u{03}")]),
      "the password has expired", 1
    ),
    (
      Guest(
        name: "no shell",
        lines: [.says("tiny login: ")] + name + password + [.says("\r\nThis account is currently not available.\r\n")]),
      "account is currently not available", 1
    ),
    (
      Guest(
        name: "an insecure line of FreeBSD",
        lines: [.says("login: ")] + name + [.says("\r\nroot login refused on this terminal.\r\nlogin: ")]),
      "login refused on this terminal", 1
    ),
    (
      Guest(
        name: "illumos, not its console",
        lines: [.says("login: ")] + name + password + [.says("\r\nNot on system console\r\n")]),
      "Not on system console", 1
    ),
  ]

  private func play(_ guest: Guest) async throws {
    try await withConsole { console, line in
      async let playing: Void = {
        for step in guest.lines {
          switch step {
          case .says(let text): try await line.say(text)
          case .hears(let text): try await line.hear(text, echo: true)
          case .hearsSilently(let text): try await line.hear(text)
          }
        }
      }()
      do { try await console.follow(.unix(user: "root", password: guest.password), until: soon()) } catch {
        line.close()
        try? await playing
        throw error
      }
      try await playing
    }
  }

  @Test(arguments: willing) func letsUsIn(_ guest: Guest) async throws { try await play(guest) }

  @Test(arguments: 0..<unwilling.count) func saysWhyNot(_ index: Int) async throws {
    let (guest, says, _) = Self.unwilling[index]
    let error = await #expect(throws: VerifyError.self) { try await play(guest) }
    #expect(error?.code == .authenticationRefused)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func aSlowEchoIsWaitedFor() async throws {
    try await withConsole { console, line in
      async let playing: Void = {
        try await line.say("tiny login: ")
        for character in ["r", "o", "o", "t"] {
          try await line.hear(character)
          try await Task.sleep(for: .milliseconds(60))
          try await line.say(character)
        }
        // Enter comes only now.
        try await line.hear("\r")
        try await line.say("\r\n# ")
      }()
      try await console.follow(.unix(user: "root", password: nil), until: soon())
      try await playing
    }
  }

  @Test func aLoginThatHangsSaysWhatWasAwaited() async throws {
    var dialogue = LoginDialogue.unix(user: "root", password: "s3cret")
    dialogue.nudge = .seconds(60)
    for chatter in ["", "[   99.1] still here\r\n"] {
      var error: VerifyError?
      // On a busy machine the name's echo alone may take longer than all the time that there is.
      for limit in [0.5, 5, 60] where error?.message.contains("a password prompt") != true {
        error = await #expect(throws: VerifyError.self) {
          try await withConsole { console, line in
            async let playing: Void = {
              try await line.say("tiny login: ")
              try await line.hear("root", echo: true)
              try await line.hear("\r")
              if !chatter.isEmpty { try await line.say(chatter) }
            }()
            do { try await console.follow(dialogue, until: .after(.seconds(limit))) } catch {
              line.close()
              try? await playing
              throw error
            }
          }
        }
      }
      #expect(error?.code == .timedOut)
      let message = error?.message ?? ""
      #expect(message.contains("waited for a password prompt for"), "\(message)")
      #expect(
        message.contains(chatter.isEmpty ? "not a byte came meanwhile" : "what came meanwhile was none"), "\(message)")
      #expect(message.contains(chatter.isEmpty ? "tiny login: root" : "still here"), "\(message)")
    }
  }

  @Test(
    arguments: [
      ("Password: [    1.5] x\n[    1.6] y\n", "Password: "), ("Password: [    1.5] x", "Password: "),
      ("[root@h]# [ 1.5] x\n", "[root@h]# "),
      ("Password: \n[    1.5] x\n", "Password: \n[    1.5] x\n"), ("a\n", "a\n"), ("", ""), ("# ", "# "),
      ("[    1.5] x\n", "[    1.5] x\n"),
    ])
  func kernelMessagesBehindAPromptAreSeenThrough(_ text: String, _ before: String) {
    var window = TextWindow(limit: 1000)
    window.append(Array(text.utf8))
    #expect(window.text(from: 0, to: window.endBeforeKernelMessages) == before)
  }
}
