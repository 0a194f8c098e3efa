package import Intake
import Model

/// The manifest lets the image run under KVM and bhyve.
package struct ManifestHybrid: HostCheck {
  package static let info = CheckInfo(
    id: "manifest.hybrid", title: "The manifest names neither brand nor bootrom, as a hybrid image's must",
    level: .should, clauses: [1], kind: .host,
    remedy: """
      Remove requirements.brand and requirements.bootrom: without them the image runs under kvm and bhyve, and boots \
      from BIOS. If it is meant for one of them alone, skip or waive this check.
      """,
    description: """
      An image whose manifest names a brand is offered to that hypervisor alone, and only one for bhyve may choose a \
      ROM. 'imgadm create' copies both from the machine that it makes the image of.
      """, profile: .triton)

  package static func judge(_ manifest: Manifest) -> Judgement {
    let named = [("brand", manifest.brand), ("bootrom", manifest.bootrom)].compactMap { name, value in
      value.map { "requirements.\(name): is \(quoted($0))" }
    }
    return named.isEmpty ? .passed : .failed("\(named.joined(separator: "; ")): the image is not hybrid")
  }
}
