import Checks
import Model
import Testing

@testable import Verification

struct IntrusiveChecksTests {
  private func boot(_ id: String, _ purpose: Boot.Purpose, _ model: Layout.DiskModel = .virtioBlk) -> Boot {
    Boot(
      id: id, hypervisor: "qemu",
      instance: Instance(uuid: "u", hostname: "h", rootPassword: "p", nics: [], nonce: "n"),
      layout: Layout(
        machine: .pc, cpus: 1, memory: .mebibytes(512),
        bootDisk: .init(model: model, place: .init(slot: 9), serial: ""), nics: []),
      purpose: purpose)
  }

  /// The first boot that decides, on a disk that QEMU can save a machine with.
  @Test func oneBootOfARunIsChosen() {
    var faulted = boot("0", .gate)
    faulted.metadataFault = .silent
    let boots = [
      faulted, boot("1", .compatibility), boot("2", .search), boot("3", .gate, .nvme), boot("4", .gate),
      boot("5", .gate),
    ]
    #expect(IntrusiveChecks.boot(of: boots) == "4")
    #expect(IntrusiveChecks.boot(of: Array(boots.prefix(4))) == nil)
  }

  @Test func theCatalogueHasThemOnce() {
    let ids = BuiltIn.infos.map(\.id)
    #expect(Set(ids).count == ids.count)
    #expect(Set(BuiltIn.intrusiveChecks.map { $0.info.id }).isSubset(of: ids))
    #expect(BuiltIn.infos.allSatisfy { $0.title.count <= 80 })
  }
}
