package import Guests
import Model
import SecureShell

/// Root logs in over SSH with the key that metadata gave, at the address that metadata promised.
package struct RootKey: BootCheck {
  package static let info = CheckInfo(
    id: "ssh.root-key", title: "Root logs in over SSH at the promised address with the given key", level: .must,
    clauses: [25, 41, 45], kind: .host,
    remedy:
      "The address must come from sdc:nics by MAC, sshd must run, and root_authorized_keys must reach /root/.ssh/authorized_keys (cloud-init: disable_root: false).",
    description: """
      Connects to port 22 of the primary NIC's promised address. What DHCP would give is another address, so a guest \
      that ignores its metadata is not reached.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if let ssh = awakening.ssh {
      return Judgement(
        .passed,
        notes: [
          "seconds": String(Int(awakening.sshTime?.inSeconds ?? 0)), "server": ssh.peer.banner,
          "host key": "\(ssh.peer.hostKeyAlgorithm) \(ssh.peer.hostKeyFingerprint)",
        ])
    }
    if awakening.transport == .serial { return .skipped("SSH was not tried: --transport serial") }
    if let error = awakening.sshError, error.code == .noCommonAlgorithm { throw error }
    // Who never left the boot loader or the initial RAM disk has no network to be blamed for.
    let came = guest.stages.farthest.map { $0.stage > .initramfs } ?? false
    let hadItsTime = awakening.end == .deadline && came ? await guest.hasSpoken : false
    guard awakening.loginPrompt != nil || hadItsTime else {
      return .skipped("the boot did not get that far: \(awakening.sentence)")
    }
    let address = guest.boot.instance.primaryNIC?.address ?? "?"
    return .failed(
      "no SSH session as root at \(address): \(awakening.sshError.map { "\($0)" } ?? "nothing answered")",
      evidence: await guest.consoleEvidence())
  }
}
