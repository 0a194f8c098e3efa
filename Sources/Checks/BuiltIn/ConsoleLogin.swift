package import Guests
import Model

/// Root logs in on the first serial port with the password that metadata gave.
package struct ConsoleLogin: BootCheck {
  package static let info = CheckInfo(
    id: "console.login", title: "Root logs in on the serial console with the given root_pw", level: .should,
    clauses: [11, 43], kind: .host,
    remedy: "Apply root_pw from the metadata at the first boot when root has no password yet.",
    description: "Types user and password at the login prompt of COM1, runs a command there, and logs out.",
    profile: .triton)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard awakening.loginPrompt != nil else { return .skipped("there is no login prompt") }
    let (began, before) = (ContinuousClock.now, guest.processorSeconds)
    do {
      let output = try await guest.runOverSerial("echo $((6*7))\n")
      if output.contains("42") { return .passed }
      return .failed(
        "root logged in on COM1, but 'echo $((6*7))' printed '\(output.prefix(200))'",
        evidence: await guest.consoleEvidence())
    } catch let error as VerifyError where error.code == .authenticationRefused {
      return .failed("root could not log in on COM1: \(error)", evidence: await guest.consoleEvidence())
    } catch let error as VerifyError where error.code == .timedOut {
      let use = (guest.processorSeconds - before) / max(0.001, (ContinuousClock.now - began).inSeconds)
      return Judgement(hanging(error, processors: use), evidence: await guest.consoleEvidence())
    }
  }

  /// A guest that did next to nothing while we waited has a login that hangs; one that was at work all the time may only
  /// be slow. (One that was starved is *broken* in any case, see `BootRun.record`.)
  static func hanging(_ error: VerifyError, processors use: Double) -> Outcome {
    let percent = "\(Int((use * 100).rounded())) % of a processor"
    return use > 0.5
      ? .broken(
        error: "cannot tell whether root can log in on COM1, the guest was at work all the time (\(percent)): \(error)")
      : .failed(reason: "root's login on COM1 hung while the guest had little to do (\(percent)): \(error)")
  }
}
