import Model
import Testing

@testable import Checks

/// What the host's checks of accounts and of the prompt say.
struct AccountCheckTests {
  @Test(arguments: ["web1", "web1.example.com", "old-name"]) func aPromisedNameInThePromptPasses(shown: String) {
    let judgement = PromptName.judge(shown: shown, names: ["web1", "old-name"])
    #expect(judgement.outcome == .passed && judgement.notes["name"] == shown)
  }

  @Test func anotherNameInThePromptFails() {
    #expect(
      PromptName.judge(shown: "web10", names: ["web1", "web1"]).outcome
        == .failed(reason: "expected the prompt 'web1 login:', found 'web10 login:'"))
    guard case .skipped = PromptName.judge(shown: nil, names: ["web1"]).outcome else {
      Issue.record("a prompt without a name says nothing")
      return
    }
  }

  @Test func noPasswordIsTriedWhereNoneIsOffered() async throws {
    let judgement = try await DefaultAccounts.judge(methods: ["publickey"]) { _ in
      Issue.record("tried")
      return nil
    }
    #expect(judgement.outcome == .passed && judgement.notes["passwords"] == "not asked for")
  }

  @Test func aKnownPasswordThatOpensFails() async throws {
    let judgement = try await DefaultAccounts.judge(methods: ["publickey", "password"]) {
      $0.user == "vagrant" ? "password" : ""
    }
    #expect(
      judgement.outcome == .failed(reason: "expected 'vagrant' refused, found it let in with the password 'vagrant'"))
  }

  /// A server that hangs up has refused; one that takes no attempt at all has told nothing.
  @Test func refusalsPass() async throws {
    let all = try await DefaultAccounts.judge(methods: ["keyboard-interactive"]) { _ in "" }
    #expect(all.outcome == .passed && all.notes["refused"] == "ubuntu, packer, vagrant, debian")
    let some = try await DefaultAccounts.judge(methods: ["password"]) { pair in
      if pair.user == "vagrant" { throw VerifyError(.closed, "hung up") }
      return ""
    }
    #expect(some.outcome == .passed && some.notes["refused"] == "ubuntu, packer")
    guard case .skipped = try await DefaultAccounts.judge(methods: ["password"], attempt: { _ in nil }).outcome else {
      Issue.record("no attempt says nothing")
      return
    }
  }
}
