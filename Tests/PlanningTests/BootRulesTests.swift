import Model
import Testing

@testable import Planning

@Suite struct BootRulesTests {
  private static func plan(_ seed: UInt64) throws -> Plan {
    try makePlan(PlanWishes(seed: seed), axes: .qemu(minimumMemory: .mebibytes(256), maximumCPUs: 4))
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func whatThePlannerMakesMayBeRun(seed: UInt64) throws {
    for boot in try Self.plan(seed).boots { #expect(problem(of: boot) == nil, "\(boot)") }
  }

  static let changes: [@Sendable (inout Boot) -> Void] = [
    { $0.id = "../../etc" }, { $0.id = "a/b" }, { $0.id = ".." }, { $0.id = "" }, { $0.id = "x\u{1B}[2J" },
    { $0.id = String(repeating: "x", count: 100) }, { $0.continues = "../x" }, { $0.copies = "../x" },
    { ($0.continues, $0.copies) = ("01-a", "01-b") }, { $0.edition = MetadataEdition(hostname: "a b") },
    { $0.edition = MetadataEdition(nonce: "$(x)") }, { $0.edition = MetadataEdition(bigLines: 1 << 30) },
    { $0.hypervisor = "sh" },
    { $0.instance.uuid = "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c0,file=" }, { $0.instance.hostname = "a b" },
    { $0.instance.rootPassword = "a\nb" }, { $0.instance.nonce = "$(x)" }, { $0.instance.nics = [] },
    { $0.instance.nics[0].mac = "52:54:00:00:00:00,romfile=/etc/passwd" },
    { $0.instance.nics[0].resolver = "10.1.1.3,guestfwd=tcp:10.1.1.9:1-cmd:id" },
    { $0.instance.nics[0].address = "10.1.1.256" },
    { $0.instance.nics[0].gateway = "10.1.1" }, { $0.instance.nics[0].prefix = 64 }, { $0.instance.nics[0].mtu = 0 },
    { $0.instance.nics[0].interface = "eth0" }, { $0.layout.nics += $0.layout.nics }, { $0.layout.cpus = 4096 },
    { $0.layout.memory = .gibibytes(1 << 20) }, { $0.layout.memory = .mebibytes(1) },
    { $0.layout.cpuModel = "host,hv=x" }, { $0.layout.platform = "1,2" }, { $0.layout.clock = "utc,driftfix=slew" },
    { $0.layout.bootDisk.place.slot = 99 }, { $0.layout.nics[0].place.function = 8 },
    { $0.layout.bootDisk.serial = "a\u{07}" }, { $0.layout.bootDisk.growth = .gibibytes(1 << 20) },
    { $0.layout.bootDisk.growth = ByteCount(bytes: 1) },
    { $0.layout.bootDisk.names = .init(vendor: String(repeating: "v", count: 99), product: "") },
  ]

  @Test(arguments: changes.indices) func whatItNeverMakesIsRefused(index: Int) throws {
    var boot = try #require(try Self.plan(1).boots.first)
    Self.changes[index](&boot)
    #expect(problem(of: boot) != nil)
  }
}
