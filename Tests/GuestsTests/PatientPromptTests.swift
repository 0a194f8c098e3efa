import Model
import Testing

@testable import Guests

/// Who waits for a person for ever, by the last lines on COM1.
@Suite struct PatientPromptTests {
  /// As our tiny guest showed it with `timeout=-1`, without the frame's empty lines.
  private static let menu = [
    "GNU GRUB  version 2.06-13+deb12u2", "+--------------------------------------------------------+", "|", "|",
    "+--------------------------------------------------------+",
    "     Use the ^ and v keys to select which entry is highlighted.          ",
    "      Press enter to boot the selected OS, `e' to edit the commands       ",
    "      before booting or `c' for a command-line.                           ",
    "*tiny                                                                    ",
  ]

  @Test func aMenuWithoutACountdownWaits() {
    #expect(PatientPrompt.find(in: Self.menu)?.meaning == "GRUB's menu: waits for a key")
    let counting = Self.menu + ["   The highlighted entry will be executed automatically in 5s.                 "]
    #expect(PatientPrompt.find(in: counting) == nil)
  }

  @Test(arguments: [
    "Enter username: ", "boot: ", "Please unlock disk sda2_crypt: ", "Enter passphrase for /dev/vda3: ",
    "/dev/vda1: Inode 12 is in use.  Fix<y>? ", "Clear (y/n)? ",
  ])
  func aQuestionCountsInTheLastLineOnly(question: String) {
    #expect(PatientPrompt.find(in: ["x", question]) != nil)
    #expect(PatientPrompt.find(in: [question, "x"]) == nil)
  }

  @Test(arguments: ["", "tiny login: ", "reboot: login", "[    1.5] random: crng init done"])
  func otherLastLinesAreNoQuestion(line: String) {
    #expect(PatientPrompt.find(in: [line]) == nil)
    #expect(PatientPrompt.find(in: []) == nil)
  }
}
