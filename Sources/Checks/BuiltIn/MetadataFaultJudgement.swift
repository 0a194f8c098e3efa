import Consoles
package import Guests
package import Metadata
package import Model

/// What was seen of a guest whose metadata service misbehaved.
package struct FaultedBoot: Sendable {
  package var fault: MetadataFault
  package var end: Awakening.End
  /// From power-on to the end of the waiting, to the login prompt, to the SSH session.
  package var duration: Duration
  package var loginPrompt: Duration?
  package var ssh: Duration?
  /// Why there is no session.
  package var sshError = "nothing answered"
  /// SSH was not tried, because it was not to be.
  package var leavesOutSSH = false
  /// Times that the firmware handed over to the boot disk.
  package var starts = 1
  package var transcript = MetadataTranscript()
  /// Addresses that only DHCP gives out, and that the guest named on its console.
  package var leases: [String] = []
  /// Where the console stood.
  package var lastSeen = ""

  package init(
    fault: MetadataFault, end: Awakening.End, duration: Duration, loginPrompt: Duration? = nil, ssh: Duration? = nil
  ) {
    (self.fault, self.end, self.duration) = (fault, end, duration)
    (self.loginPrompt, self.ssh) = (loginPrompt, ssh)
  }

  package init(_ fault: MetadataFault, _ guest: Guest, _ awakening: Awakening) async {
    self.init(
      fault: fault, end: awakening.end, duration: awakening.duration, loginPrompt: awakening.loginPrompt,
      ssh: awakening.ssh == nil ? nil : awakening.sshTime)
    if let error = awakening.sshError { sshError = "\(error)" }
    leavesOutSSH = awakening.transport == .serial
    starts = await guest.firmware.state.handOvers
    transcript = await guest.metadata.transcript
    // What was looked at afterwards has left its own lines on the console.
    if let standstill = awakening.examination?.standstill, !standstill.lastLine.isEmpty {
      lastSeen = "the last line seen was “\(standstill.lastLine)”"
    } else {
      lastSeen = await guest.console.lastSeen
    }
    for address in guest.boot.instance.nics.map(\.dhcpStart) {
      let named = try? await guest.console.expect(.text(address), from: .start, until: .after(.milliseconds(200)))
      if named != nil { leases.append(address) }
    }
  }
}

extension MetadataFaultCheck {
  package func judge(_ seen: FaultedBoot) -> Judgement {
    var notes = ["acts": String(seen.transcript.faults), "sessions begun": String(seen.transcript.resets)]
    if let time = seen.loginPrompt { notes["login prompt seconds"] = String(Int(time.inSeconds)) }
    if let time = seen.ssh { notes["ssh seconds"] = String(Int(time.inSeconds)) }
    var judgement = verdict(seen)
    judgement.notes = notes
    return judgement
  }

  private func verdict(_ seen: FaultedBoot) -> Judgement {
    let meanwhile = "while \(seen.fault.meaning)"
    guard seen.loginPrompt != nil else {
      switch seen.end {
      case .noBootDevice, .bootLoop, .silent: return .skipped("the boot did not get that far: \(seen.end.sentence)")
      case .ready, .deadline:
        return .failed("no login prompt within \(seen.duration.forPeople) \(meanwhile); \(seen.lastSeen)")
      default: return .failed("\(seen.end.sentence), \(meanwhile)")
      }
    }
    if seen.starts > 2 { return .failed("the machine was started \(seen.starts) times \(meanwhile): it reboots") }
    switch demand {
    case .up: return up(seen, meanwhile)
    case .configured: return configured(seen, meanwhile)
    }
  }

  private func up(_ seen: FaultedBoot, _ meanwhile: String) -> Judgement {
    if seen.fault != .absent, seen.transcript.faults == 0 {
      return .skipped("it did not come about: the guest never spoke to the metadata service")
    }
    guard let lease = seen.leases.first else { return .passed }
    return .failed("the guest took \(lease) from DHCP \(meanwhile), though nobody told it to use DHCP")
  }

  private func configured(_ seen: FaultedBoot, _ meanwhile: String) -> Judgement {
    guard seen.transcript.faults > 0 else {
      return .skipped("it did not come about: the guest never asked for what would have shown it")
    }
    let spoilt = seen.transcript.spoiltKeys.sorted().prefix(3).joined(separator: ", ")
    let again = spoilt.isEmpty ? "" : "; it never asked again for \(spoilt)"
    guard seen.ssh != nil else {
      if seen.leavesOutSSH {
        return .skipped("a login prompt is there; whether it is configured shows over SSH: --transport serial")
      }
      return .failed("no SSH session as root at the promised address \(meanwhile): \(seen.sshError)\(again)")
    }
    guard spoilt.isEmpty else {
      return .failed(
        "the guest never asked again for \(spoilt), whose answer it did not get as it should (\(seen.fault.meaning))")
    }
    return .passed
  }
}
