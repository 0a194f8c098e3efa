import Checks
import Guests
import Metadata
import Model
import Testing

@Suite struct MetadataFaultCheckTests {
  /// A guest that has done all that is asked of it while `fault` lasted.
  private func good(_ fault: MetadataFault) -> FaultedBoot {
    var seen = FaultedBoot(
      fault: fault, end: .ready, duration: .seconds(80), loginPrompt: .seconds(70), ssh: .seconds(75))
    if ["absent", "silent"].contains(fault.name) { seen.ssh = nil }
    if fault != .absent {
      seen.transcript.append(.reset(answered: true), seconds: 9)
      seen.transcript.append(.get(key: "sdc:uuid", .two, .success(bytes: 3)), seconds: 10)
      seen.transcript.append(.fault(fault, what: "something", spoiltKey: "sdc:uuid"), seconds: 10)
      seen.transcript.append(.get(key: "sdc:uuid", .two, .success(bytes: 3)), seconds: 55)
    }
    return seen
  }

  private func outcome(_ fault: MetadataFault, _ change: (inout FaultedBoot) -> Void = { _ in }) throws -> Outcome {
    var seen = good(fault)
    change(&seen)
    return try #require(MetadataFaultCheck.check(for: fault)).judge(seen).outcome
  }

  private static let survivable = MetadataFault.all.filter { !["absent", "silent"].contains($0.name) }

  @Test(arguments: MetadataFault.all) func everyFaultHasACheckThatAGoodGuestPasses(fault: MetadataFault) throws {
    let check = try #require(MetadataFaultCheck.check(for: fault))
    #expect(check.info.id == "metadata-faults.\(fault.name)" && check.info.level == .must && check.info.kind == .host)
    #expect(check.info.title.count <= 80 && check.info.description.contains("Required: a login prompt"))
    #expect(BuiltIn.infos.contains(check.info))
    #expect(check.needsConfiguration == Self.survivable.contains(fault))
    #expect(try outcome(fault) == .passed)
  }

  @Test(arguments: MetadataFault.all) func aGuestThatHangsFails(fault: MetadataFault) throws {
    let outcome = try outcome(fault) { ($0.end, $0.loginPrompt, $0.ssh) = (.deadline, nil, nil) }
    guard case .failed(let reason) = outcome else { return #expect(Bool(false), "\(outcome)") }
    #expect(reason.contains("no login prompt within 80 s while \(fault.meaning)"))
  }

  @Test(arguments: MetadataFault.all) func aGuestThatPanicsOrRebootsFails(fault: MetadataFault) throws {
    let panic = try outcome(fault) { ($0.end, $0.loginPrompt) = (.panicked, nil) }
    guard case .failed = panic else { return #expect(Bool(false), "\(panic)") }
    let loop = try outcome(fault) { $0.starts = 3 }
    guard case .failed(let reason) = loop else { return #expect(Bool(false), "\(loop)") }
    #expect(reason.contains("started 3 times"))
    #expect(try outcome(fault) { $0.starts = 2 } == .passed)
  }

  @Test(arguments: survivable) func aGuestThatIsNotConfiguredFails(fault: MetadataFault) throws {
    let outcome = try outcome(fault) { $0.ssh = nil }
    guard case .failed(let reason) = outcome else { return #expect(Bool(false), "\(outcome)") }
    #expect(reason.contains("no SSH session as root at the promised address while \(fault.meaning)"))
    // Where SSH was not to be tried, that proves nothing; a login prompt is asked for all the same.
    let serial = try self.outcome(fault) { ($0.ssh, $0.leavesOutSSH) = (nil, true) }
    guard case .skipped = serial else { return #expect(Bool(false), "\(serial)") }
    let none = try self.outcome(fault) {
      ($0.end, $0.loginPrompt, $0.ssh, $0.leavesOutSSH) = (.deadline, nil, nil, true)
    }
    guard case .failed = none else { return #expect(Bool(false), "\(none)") }
  }

  @Test func aGuestThatNeverAskedAgainFails() throws {
    let outcome = try outcome(.badCRC) { seen in
      seen.transcript = MetadataTranscript()
      seen.transcript.append(.get(key: "sdc:uuid", .two, .success(bytes: 3)), seconds: 10)
      seen.transcript.append(.fault(.badCRC, what: "a wrong checksum", spoiltKey: "sdc:uuid"), seconds: 10)
      seen.transcript.append(.get(key: "sdc:nics", .two, .success(bytes: 3)), seconds: 11)
    }
    guard case .failed(let reason) = outcome else { return #expect(Bool(false), "\(outcome)") }
    #expect(reason.contains("never asked again for sdc:uuid"))
  }

  /// A guest that never spoke to the service proves nothing of what it bears.
  @Test func whatDidNotComeAboutIsSkipped() throws {
    for fault in MetadataFault.all where fault != .absent {
      guard case .skipped = try outcome(fault, { $0.transcript = MetadataTranscript() }) else {
        Issue.record("\(fault)")
        continue
      }
    }
    #expect(try outcome(.absent) { $0.transcript = MetadataTranscript() } == .passed)
    guard case .skipped = try outcome(.slow, { ($0.end, $0.loginPrompt) = (.noBootDevice, nil) }) else {
      return #expect(Bool(false))
    }
  }

  @Test func aLeaseThatNobodyPromisedFailsWhereNothingWasTold() throws {
    for fault in [MetadataFault.absent, .silent] {
      let outcome = try outcome(fault) { $0.leases = ["10.1.2.200"] }
      guard case .failed(let reason) = outcome else { return #expect(Bool(false), "\(outcome)") }
      #expect(reason.contains("10.1.2.200 from DHCP"))
    }
    #expect(try outcome(.slow) { $0.leases = ["10.1.2.200"] } == .passed)
  }
}
