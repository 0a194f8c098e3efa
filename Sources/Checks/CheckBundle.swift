import Model

/// All guest checks of one boot as one shell script: one round trip, over SSH or over the serial console.
package struct CheckBundle: Sendable {
  /// The checks that run, in order.
  package let checks: [GuestCheck]
  /// The checks that this way into the guest cannot run.
  package let excluded: [GuestCheck]
  /// `ssh` or `serial`.
  package let transport: String
  /// The word that the script's own lines begin with.
  package let mark: String
  /// The script: plain ASCII, ends with a line feed; does nothing at all when it arrives only in part.
  package let script: String
  /// The longest that it can take in the guest: the wait for the end of the boot, and each check's time limit.
  package let longest: Duration

  /// - Parameters:
  ///   - timeoutScale: what the time limits of the checks are multiplied with; at least 1.
  ///   - ready: how long to wait for the end of the boot before the first check, already scaled.
  ///   - word: 16 hexadecimal digits that nobody can guess; the default is drawn at random.
  /// - Throws: ``VerifyError`` `.usage` when an expectation or a check cannot be put into a script.
  package init(
    checks: [GuestCheck], helpers: String, expectations: Expectations, transport: String, timeoutScale: Double,
    ready: Duration, word: String = CheckBundle.randomWord()
  ) throws {
    self.checks = checks.filter { $0.transports.contains(transport) }
    excluded = checks.filter { !$0.transports.contains(transport) }
    self.transport = transport
    mark = "@" + word

    let scale = Int(max(1, min(timeoutScale, 1000)).rounded(.up))
    let limits = self.checks.map { Int((Double($0.timeout) * max(1, min(timeoutScale, 1000))).rounded(.up)) }
    let readySeconds = Int(max(0, min(ready.inSeconds, 86_400)).rounded(.up))
    // Each check may need its limit, two seconds to end it, and the shell around it some time of its own.
    longest = .seconds(readySeconds + 30 * scale + limits.reduce(0) { $0 + $1 + 2 + scale })

    var environment = expectations
    environment["TRANSPORT"] = transport
    environment["READY_SECONDS"] = String(readySeconds)
    environment["TIMEOUT_SCALE"] = String(scale)

    let end = "IMGV_END_\(word)"
    func file(_ name: String, _ text: String) throws -> String {
      guard !text.contains(end), text.hasSuffix("\n") else {
        throw VerifyError(.usage, "\(name): the text cannot be put into a here-document")
      }
      return "cat >\"$IMGV_DIR/\(name)\" <<'\(end)'\n\(text)\(end)\n"
    }

    var script = "# imgverify: the checks of one boot\n"
    script += "IMGV_MARK='\(mark)' IMGV_NAME='\(word)'\n"
    let assignments = try environment.shellAssignments()
    script += assignments
    script += "export \(environment.variables.keys.sorted().joined(separator: " "))\n"
    script += "export LC_ALL=C PATH=\"${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\n"
    script += BundleDriver.functions
    script += "main() {\n"
    script += "prepare || { say 'done'; return 1; }\n"
    script += try file(
      "work", BundleWorker.script(mark: mark, helpers: helpers, checks: zip(self.checks, limits).map { ($0, $1) }))
    script += "ready \(readySeconds)\nwork \(self.checks.count)\n"
    script += "cat \"$IMGV_DIR/recap\"\nsay 'done'\n}\nmain\n"
    self.script = script
  }

  /// 64 random bits in hexadecimal.
  package static func randomWord() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
