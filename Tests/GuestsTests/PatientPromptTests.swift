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
    #expect(PatientPrompt.find(in: Self.menu, hasKernel: false)?.meaning == "GRUB's menu: waits for a key")
    let counting = Self.menu + ["   The highlighted entry will be executed automatically in 5s.                 "]
    #expect(PatientPrompt.find(in: counting, hasKernel: false) == nil)
  }

  @Test(arguments: [
    "Enter username: ", "boot: ", "Please unlock disk sda2_crypt: ", "Enter passphrase for /dev/vda3: ",
    "/dev/vda1: Inode 12 is in use.  Fix<y>? ", "Clear (y/n)? ",
  ])
  func aQuestionCountsInTheLastLineOnly(question: String) {
    #expect(PatientPrompt.find(in: ["x", question], hasKernel: false) != nil)
    #expect(PatientPrompt.find(in: [question, "x"], hasKernel: false) == nil)
  }

  @Test(arguments: ["", "tiny login: ", "reboot: login", "[    1.5] random: crng init done"])
  func otherLastLinesAreNoQuestion(line: String) {
    #expect(PatientPrompt.find(in: [line], hasKernel: false) == nil)
    #expect(PatientPrompt.find(in: [], hasKernel: false) == nil)
  }

  /// A line of a running system that looks like a boot loader's, and a silence behind it, is no prompt.
  @Test func aKernelThatHasSpokenLeftTheLoaderBehind() {
    for lines in [Self.menu, ["boot:"], ["[    9.1] pre-boot: waiting"], ["Enter username:"]] {
      #expect(PatientPrompt.find(in: lines, hasKernel: true) == nil, "\(lines)")
    }
    #expect(PatientPrompt.find(in: ["boot:"], hasKernel: false) != nil)
    #expect(PatientPrompt.find(in: ["Please unlock disk sda2_crypt:"], hasKernel: true) != nil)
  }
}
