package import Model

/// How to log in on a console, as data: what to wait for, what to type, where to go on.
package struct LoginDialogue: Sendable, Hashable {
  /// One thing to do.
  package enum Action: Sendable, Hashable {
    /// Types the text and waits until every character has been echoed.
    case type(String)
    /// Types the text, which is not echoed and never shown.
    case secret(String)
    case enter
    /// Types Ctrl-C, so that a question is taken back.
    case interrupt
    /// Forgets all up to the end of the last match or echo; what came behind it still counts.
    case clear
  }

  /// Where to go on.
  package enum Next: Sendable, Hashable {
    /// The step of that name.
    case step(String)
    case loggedIn
    /// The guest said no, for this reason; tried again as often as ``LoginDialogue/attempts`` says.
    case refused(String)
    /// The guest said no, for a reason that no further attempt changes.
    case barred(String)
  }

  /// What to do when `pattern` comes.
  package struct Branch: Sendable, Hashable {
    package var pattern: ConsolePattern
    package var actions: [Action]
    package var next: Next
    package init(_ pattern: ConsolePattern, _ actions: [Action] = [], _ next: Next) {
      (self.pattern, self.actions, self.next) = (pattern, actions, next)
    }
  }

  /// A wait for the first of some branches.
  package struct Step: Sendable, Hashable {
    package var name: String
    package var branches: [Branch]
    package init(_ name: String, _ branches: [Branch]) { (self.name, self.branches) = (name, branches) }
  }

  /// The first is where it begins, and where it begins again.
  package var steps: [Step]
  /// Refusals after which the guest is believed: a password may have been flushed away before it was read.
  package var attempts = 3
  /// Silence after which Enter is pressed, to get a fresh prompt.
  package var nudge = Duration.seconds(10)
  /// How long an echo may take.
  package var echoTime = Duration.seconds(20)

  package init(_ steps: [Step]) { self.steps = steps }
}

extension Console {
  /// Follows `dialogue` until it has logged in.
  ///
  /// - Throws: ``VerifyError`` `.authenticationRefused` when the guest said no for the last time; `.timedOut` when
  ///   `deadline` passes, with the step that it stood at.
  package func follow(_ dialogue: LoginDialogue, until deadline: Deadline) async throws {
    guard var step = dialogue.steps.first else { throw VerifyError(.usage, "a login dialogue without steps") }
    var from = promptCursor
    var refusals = 0
    while true {
      let branches = step.branches
      let match = try await take(step, of: dialogue, from: from, until: deadline)
      let branch = branches[match.alternative]
      var seen = match.end
      var understood = true
      for action in branch.actions where understood {
        switch action {
        case .clear: from = seen
        case .enter: try await send("\r", until: deadline)
        case .interrupt: try await send("\u{03}", until: deadline)
        case .secret(let text): try await send(text, until: deadline)
        case .type(let text):
          let echo = try await type(text, echoTime: dialogue.echoTime, until: deadline)
          understood = echo != nil
          seen = echo ?? seen
        }
      }
      guard understood else {
        // The prompt was not one, or swallowed what we typed: take it back, and ask for another.
        from = cursor
        try await send("\u{15}\r", until: deadline)
        step = dialogue.steps[0]
        continue
      }
      switch branch.next {
      case .loggedIn: return
      case .step(let name):
        guard let next = dialogue.steps.first(where: { $0.name == name }) else {
          throw VerifyError(.usage, "a login dialogue without a step “\(name)”")
        }
        step = next
      case .refused(let reason):
        refusals += 1
        guard refusals < dialogue.attempts else {
          throw VerifyError(
            .authenticationRefused,
            "the guest refused the login on its console\(refusals > 1 ? " \(refusals) times" : ""): \(reason)")
        }
        step = dialogue.steps[0]
      case .barred(let reason):
        throw VerifyError(.authenticationRefused, "the guest refused the login on its console: \(reason)")
      }
    }
  }

  /// Types `text` and waits until each character has been echoed.
  ///
  /// - Returns: the end of the echo, or nil when it was not whole in `echoTime`.
  func type(_ text: String, echoTime: Duration, until deadline: Deadline) async throws -> Cursor? {
    let before = cursor
    try await send(text, until: deadline)
    do {
      return try await expect(.echo(text), from: before, until: deadline.capped(at: echoTime)).end
    } catch let error as VerifyError where error.code == .timedOut {
      if deadline.hasPassed { throw error }
      return nil
    }
  }

  private func take(
    _ step: LoginDialogue.Step, of dialogue: LoginDialogue, from: Cursor, until deadline: Deadline
  ) async throws -> ConsoleMatch {
    var waits = 0
    let (began, bytesBefore) = (ContinuousClock.now, byteCount)
    while true {
      do {
        let any = ConsolePattern.any(step.branches.map(\.pattern))
        return try await expect(any, from: from, until: deadline.capped(at: dialogue.nudge))
      } catch let error as VerifyError where error.code == .timedOut {
        guard !deadline.hasPassed else {
          let waited = (ContinuousClock.now - began).forPeople
          let came = byteCount == bytesBefore ? "not a byte came meanwhile" : "what came meanwhile was none"
          throw VerifyError(
            .timedOut, "login on the console: waited for \(step.name) for \(waited) in vain, \(came); \(lastSeen)")
        }
        // Now and then also a console that is never silent gets its Enter.
        waits += 1
        // A terminal that was set back to other modes behind the getty's back ends a line with one of the two only.
        let enter = waits % 2 == 1 ? "\n" : "\r"
        if silence >= dialogue.nudge || waits % 3 == 0 { try await send(enter, until: deadline) }
      }
    }
  }
}
