import Foundation
import Model
import Testing

@testable import Consoles

/// Gettys of Debian on a pseudo-terminal, each with a login program of ours that knows one password.
@Suite(.serialized, .timeLimit(.minutes(15)), .enabled(if: RealGetty.areInstalled, "needs agetty and busybox"))
struct RealGettyTests {
  @Test(arguments: RealGetty.allCases) func letsUsIn(_ getty: RealGetty) async throws {
    try await RealGetty.withFolder { folder in
      try await withTerminal(["/bin/sh", "-c", getty.command(folder)]) { terminal in
        try await withConsole(over: terminal, settle: .milliseconds(100)) { console in
          let shell = try await SerialShell.login(console: console, password: "s3cret word", until: soon())
          let output = Collector()
          // Wide enough that nobody breaks lines for us.
          let status = try await shell.run("stty size <&1; exit 5", until: soon()) { output.append($0) }
          #expect(status == 5)
          #expect(output.text.hasSuffix(" 4096\n"), "\(output.text)")
          // Nothing begins anew behind it.
          await shell.logout(until: .after(.seconds(1)))
        }
      }
    }
  }
}

enum RealGetty: CaseIterable, Sendable {
  case agetty, bannerOfAgetty, autologin, busybox, busyboxWithIssue

  static let areInstalled = ["/sbin/agetty", "/bin/busybox", "/usr/bin/dash"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  func command(_ folder: String) -> String {
    switch self {
    case .agetty: "exec /sbin/agetty -l \(folder)/login - vt220"
    case .bannerOfAgetty: "exec /sbin/agetty --noclear -f \(folder)/issue -l \(folder)/login - vt220"
    case .autologin: "exec /sbin/agetty -a root -l \(folder)/login - vt220"
    // These begin a session of their own, which the leader of one cannot.
    case .busybox: "/bin/busybox getty -i -l \(folder)/login 0 - vt100; :"
    case .busyboxWithIssue: "/bin/busybox getty -l \(folder)/login 0 - vt100; :"
    }
  }

  static func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "imgverify-getty-\(UInt64.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // login [-p] [-f] [--] USER, as gettys call it.
    let login = """
      #!/bin/sh
      for user; do :; done
      case " $* " in
        *' -f '*) password='s3cret word' ;;
        *) stty -echo; printf 'Password: '; read -r password; stty echo; echo ;;
      esac
      if [ "$user/$password" = 'root/s3cret word' ]; then
        echo 'Last login: Sat Nov 21 10:00:00 on ttyS0'
        PS1='root@host:~# ' exec /usr/bin/dash -i
      fi
      echo 'Login incorrect'
      """
    let issue = "\\S{PRETTY_NAME} \\n \\l\nDefault login: root\nIf asked for a Password: call us\nPlease login:\n\n"
    try issue.write(toFile: folder + "/issue", atomically: false, encoding: .utf8)
    try login.write(toFile: folder + "/login", atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/login")
    try await body(folder)
  }
}
