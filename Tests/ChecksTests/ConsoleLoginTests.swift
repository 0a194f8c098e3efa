import Model
import Testing

@testable import Checks

/// What it means that a login on the console does not come to an end.
@Suite struct ConsoleLoginTests {
  let error = VerifyError(.timedOut, "login on the console: waited for a password prompt for 60 s in vain")

  @Test func aGuestThatHadNothingToDoHangs() {
    guard case .failed(let reason) = ConsoleLogin.hanging(error, processors: 0.03) else {
      Issue.record("not failed")
      return
    }
    #expect(reason.contains("hung while the guest had little to do (3 % of a processor)"))
    #expect(reason.contains("waited for a password prompt for 60 s"))
  }

  @Test func aGuestThatWasAtWorkMayBeSlow() {
    guard case .broken(let why) = ConsoleLogin.hanging(error, processors: 0.97) else {
      Issue.record("not broken")
      return
    }
    #expect(why.contains("cannot tell") && why.contains("97 % of a processor"))
    #expect(why.contains("waited for a password prompt for 60 s"))
  }
}
