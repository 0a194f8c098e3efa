import Model
import Testing

@testable import Checks

struct CheckFileTests {
  let body = GuestCheck.helperLine + "\nfail \"no\"\n"

  @Test func readsEveryField() throws {
    let text =
      header.replacing("# timeout: 30\n", with: "# timeout: 30\n# needs: cmd:ip EXPECT_NICS systemd path:/proc/x\n")
      + body
    let check = try CheckFile.parse(Array(text.utf8), id: "a.b", path: "p")
    #expect(check.info.title == "something holds")
    #expect(check.info.level == .must)
    #expect(check.info.clauses == [25, 28])
    #expect(check.info.clauseText == "25, 28")
    #expect(check.info.remedy == "mend it, and mend it well")
    #expect(check.info.description == "What is looked at.")
    #expect(check.transports == ["ssh", "serial"])
    #expect(check.needs == ["cmd:ip", "EXPECT_NICS", "systemd", "path:/proc/x"])
    #expect(check.timeout == 30)
    #expect(check.body == body)
  }

  /// What to change in a good file, and where and how it must be refused.
  struct Bad: Sendable, CustomTestStringConvertible {
    var old: String
    var new: String
    var says: String
    var testDescription: String { says }
  }

  @Test(arguments: [
    Bad(old: "#!/bin/sh", new: "#!/bin/bash", says: "p:1: the first line must be '#!/bin/sh'"),
    Bad(old: "# title: something holds\n", new: "", says: "p:1: the header has no '# title: ...'"),
    Bad(old: "something holds", new: "", says: "p:2: the header has no '# title: ...'"),
    Bad(old: "# level: must\n", new: "", says: "p:1: the header has no '# level: ...'"),
    Bad(old: "level: must", new: "level: MUST", says: "p:3: level 'MUST' is none of must, should, may"),
    Bad(old: "level: must", new: "level: must\n# level: may", says: "p:4: 'level' stands already in line 3"),
    Bad(old: "25, 28", new: "25; 28", says: "p:4: clause '25; 28' is no number; write '25, 28' or 'none'"),
    Bad(old: "25, 28", new: "25,", says: "p:4: clause '' is no number; write '25, 28' or 'none'"),
    Bad(old: "ssh serial", new: "ssh telnet", says: "p:5: transport 'telnet' is neither ssh nor serial"),
    Bad(old: "timeout: 30", new: "timeout: 0", says: "p:6: timeout '0' is no number of seconds from 1 to 600"),
    Bad(old: "timeout: 30", new: "timeout: 1e9", says: "p:6: timeout '1e9' is no number of seconds from 1 to 600"),
    Bad(
      old: "# remedy", new: "# needs: cmd:$(x)\n# remedy",
      says: "p:7: need 'cmd:$(x)' is none of cmd:NAME, path:/FILE, EXPECT_NAME, systemd"),
    Bad(
      old: "# remedy", new: "# profile: aws\n# remedy", says: "p:7: profile 'aws' is neither triton nor any"),
    Bad(
      old: "# remedy", new: "# author: me\n# remedy",
      says: "p:7: no header field 'author'; known are clause, level, needs, profile, remedy, timeout, title, transports"
    ),
    Bad(
      old: "# remedy: ", new: "# remedy ",
      says: "p:7: expected '# key: value' (the description comes after a line with '#' alone)"),
    Bad(
      old: "# What is looked at.\n", new: "", says: "p:9: no description (comment lines after a line with '#' alone)"),
    Bad(old: "looked at", new: "looked \u{e9}", says: "p:10: byte 0xc3; checks are plain ASCII with LF line ends"),
    Bad(old: "at.\n", new: "at.\r\n", says: "p:10: byte 0xd; checks are plain ASCII with LF line ends"),
    Bad(
      old: GuestCheck.helperLine, new: "echo",
      says: "p:11: the body must begin right after the header with the line \(GuestCheck.helperLine)"),
    Bad(old: "fail \"no\"", new: "# fail", says: "p:11: the body never calls 'fail' or 'problem': it could not fail"),
    Bad(old: "fail \"no\"\n", new: "fail", says: "p:12: the last line has no line feed"),
  ])
  func refuses(_ bad: Bad) throws {
    let good = header + body
    let text = good.replacing(bad.old, with: bad.new, maxReplacements: 1)
    try #require(text != good)
    let error = #expect(throws: VerifyError.self) { try CheckFile.parse(Array(text.utf8), id: "a.b", path: "p") }
    #expect(error?.code == .usage)
    #expect(error?.message == bad.says)
  }

  @Test func refusesAFileThatIsTooLong() {
    let text = header + body + String(repeating: "#\n", count: GuestCheck.maximumSize / 2)
    let error = #expect(throws: VerifyError.self) { try CheckFile.parse(Array(text.utf8), id: "a.b", path: "p") }
    #expect(error?.message.contains("a check has at most 65536") == true)
  }

  @Test(arguments: ["", "\n", "#", "#!/bin/sh\n", "#!/bin/sh\n#\n#\n#\n", "\0\0"])
  func refusesFragments(_ text: String) {
    #expect(throws: VerifyError.self) { try CheckFile.parse(Array(text.utf8), id: "a.b", path: "p") }
  }
}
