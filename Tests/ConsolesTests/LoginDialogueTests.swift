import Model
import Testing

@testable import Consoles

@Suite(.timeLimit(.minutes(15))) struct LoginDialogueTests {
  private func follow(
    _ dialogue: LoginDialogue, _ guestSide: @escaping @Sendable (DescriptorStream) async throws -> Void
  )
    async throws
  {
    try await withConsole { console, guest in
      async let guestEnds: Void = guestSide(guest)
      do { try await console.follow(dialogue, until: soon()) } catch {
        guest.close()
        try? await guestEnds
        throw error
      }
      try await guestEnds
    }
  }

  @Test func logsInWithAPasswordThroughNoise() async throws {
    try await follow(.unix(user: "root", password: "s3cret")) { guest in
      try await guest.say("tiny login: [   12.1] random: crng init done\r\n")
      try await guest.hear("ro", echo: true)
      try await guest.say("[   12.2] IPv6: eth0 is up\r\n")
      try await guest.hear("ot", echo: true)
      try await guest.hear("\r")
      try await guest.say("\r\nPassword: ")
      try await guest.hear("s3cret\r")
      try await guest.say("\r\nLast login: Tue Nov 18 10:00:00 on ttyS0\r\n# motd with a hash #\r\n~ # ")
    }
  }

  @Test func logsInWithoutAPassword() async throws {
    try await follow(.unix(user: "root", password: nil)) { guest in
      try await guest.say("tiny login: ")
      try await guest.hear("root", echo: true)
      try await guest.hear("\r")
      try await guest.say("\r\nroot@tiny:~# ")
    }
  }

  @Test func aSilentConsoleGetsAnEnter() async throws {
    var dialogue = LoginDialogue.unix(user: "root", password: nil)
    dialogue.nudge = .milliseconds(50)
    try await follow(dialogue) { guest in
      try await guest.say("tiny login: \r\nsomething that came over the prompt\r\n")
      // As a getty: each end of a line gets a fresh prompt, however many come while this machine is slow.
      var (line, prompts) = ([UInt8](), 0)
      while line != Array("root".utf8) {
        let bytes = try await guest.read(atMost: 1, until: soon())
        if bytes == [0x0D] || bytes == [0x0A] {
          (line, prompts) = ([], prompts + 1)
          try await guest.say("\r\ntiny login: ")
        } else {
          line += bytes
          try await guest.write(bytes, until: soon())
        }
      }
      #expect(prompts > 0)
      try await guest.hear("\r")
      try await guest.say("\r\n# ")
    }
  }

  @Test func whatIsNotEchoedIsTakenBackAndTypedAgain() async throws {
    var dialogue = LoginDialogue.unix(user: "root", password: nil)
    dialogue.echoTime = .milliseconds(50)
    try await follow(dialogue) { guest in
      try await guest.say("tiny login: ")
      try await guest.hear("root\u{15}\r")
      // From here on the guest is patient enough for a slow machine: it echoes at once.
      try await guest.say("\r\ntiny login: ")
      try await guest.hear("root", echo: true)
      try await guest.hear("\r")
      try await guest.say("\r\n# ")
    }
  }

  @Test func aPasswordRefusedThreeTimesIsRefused() async throws {
    let error = await #expect(throws: VerifyError.self) {
      try await follow(.unix(user: "root", password: "wrong")) { guest in
        for _ in 0..<3 {
          try await guest.say("\r\ntiny login: ")
          try await guest.hear("root", echo: true)
          try await guest.hear("\r")
          try await guest.say("\r\nPassword: ")
          try await guest.hear("wrong\r")
          try await guest.say("\r\nLogin incorrect\r\n")
        }
      }
    }
    #expect(error?.code == .authenticationRefused)
    #expect(error?.message.contains("Login incorrect") == true)
  }

  @Test func aFlushedPasswordIsGivenAgain() async throws {
    try await follow(.unix(user: "root", password: "right")) { guest in
      for answer in ["\r\nLogin incorrect\r\n", "\r\n# "] {
        try await guest.say("\r\ntiny login: ")
        try await guest.hear("root", echo: true)
        try await guest.hear("\r")
        try await guest.say("\r\nPassword: ")
        try await guest.hear("right\r")
        try await guest.say(answer)
      }
    }
  }

  @Test func aTimeOutSaysWhereItStood() async throws {
    try await withConsole { console, guest in
      try await guest.say("[    1.0] still booting\r\n")
      let error = await #expect(throws: VerifyError.self) {
        try await console.follow(.unix(user: "root", password: nil), until: .after(.milliseconds(100)))
      }
      #expect(error?.code == .timedOut)
      #expect(error?.message.contains("a login prompt") == true)
      #expect(error?.message.contains("still booting") == true)
    }
  }

  @Test func everyStepThatADialogueNamesIsThere() {
    let dialogue = LoginDialogue.unix(user: "root", password: "x")
    let names = Set(dialogue.steps.map(\.name))
    for step in dialogue.steps {
      for branch in step.branches {
        if case .step(let name) = branch.next { #expect(names.contains(name)) }
      }
    }
  }
}
