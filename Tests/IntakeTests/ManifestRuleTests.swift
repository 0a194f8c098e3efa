import Foundation
import Intake
import Model
import Testing

/// Every rule of the manifest, each with values that break it, on the KVM-style example.
@Suite struct ManifestRuleTests {
  /// A change of the example, and what must be said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var path: String
    /// nil: the member is removed.
    var value: JSONValue?
    /// Each stands in the message: the value seen, and a word of the rule.
    var says: [String]
    var testDescription: String { "\(path) = \(String((value?.text ?? "nothing").prefix(60)))" }

    init(_ path: String, _ value: JSONValue?, _ says: String...) {
      (self.path, self.value, self.says) = (path, value, says)
    }
  }

  private static func long(_ count: Int) -> JSONValue { .string(String(repeating: "a", count: count)) }

  static let refused: [Case] = [
    .init("v", nil, "missing", "number 2"), .init("v", 0, "is 0"), .init("v", 1, "is 1"), .init("v", "", "''"),
    .init("v", true, "true"), .init("v", "two", "'two'"), .init("v", .number(2.5), "2.5"),
    .init("uuid", nil, "missing"), .init("uuid", 7, "is 7"),
    .init("uuid", "0F3C1C52-5A3E-4C6E-9D43-7A4F2B1E6C01", "'0F3C1C52", "lower-case"),
    .init("uuid", "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c0", "UUID"),
    .init("uuid", "0f3c1c525a3e4c6e9d437a4f2b1e6c01", "UUID"),
    .init("uuid", "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c0g", "UUID"),
    .init("owner", nil, "missing", "UUID"), .init("owner", "admin", "'admin'"),
    .init("name", nil, "missing"), .init("name", "", "''"), .init("name", 12, "is 12", "string"),
    .init("name", "debian-12 (bookworm)", "'debian-12 (bookworm)'", "letters"), .init("name", "débian", "'débian'"),
    .init("name", "a\u{0}b", #"'a\u{0}b'"#), .init("name", long(1025), "1025", "1024"),
    .init("version", nil, "missing"), .init("version", "12:20260310", "'12:20260310'"),
    .init("version", "1 2", "'1 2'"),
    .init("version", long(513), "513", "512"),
    .init("description", 5, "is 5", "string"), .init("description", null, "null"),
    .init("description", long(10241), "10241", "10240"),
    .init("homepage", "docs.example.com", "'docs.example.com'", "http"),
    .init("homepage", "ftp://example.com", "ftp"), .init("homepage", "", "''"), .init("homepage", 1, "is 1"),
    .init("homepage", "http", "'http'"),
    .init("homepage", .string("https://example.com/" + String(repeating: "a", count: 1024)), "1044", "1024"),
    .init("eula", "javascript:alert(1)", "'javascript:alert(1)'"), .init("eula", true, "true"),
    .init("disabled", "yes", "'yes'", "true or false"), .init("disabled", 0, "is 0"),
    .init("activated", true, "true", "import refuses"), .init("activated", false, "false"),
    .init("published_at", "2026-03-10 09:14:22", "'2026-03-10 09:14:22'", "UTC"),
    .init("published_at", "2026-03-10T09:14:22+00:00", "+00:00"),
    .init("published_at", "2026-03-10T09:14:22.5Z", ".5Z"),
    .init("published_at", 1_773_133_262, "1773133262"), .init("published_at", "2026-03-1０T09:14:22Z", "UTC"),
    .init("state", "ready", "'ready'", "unactivated"), .init("state", true, "true"),
    .init("public", "no", "'no'"), .init("public", 1, "is 1"),
    .init("type", nil, "missing"), .init("type", "zvol-dataset", "'zvol-dataset'", "zone-dataset"),
    .init("type", "docker", "'docker'", "zvol"), .init("type", 1, "is 1"),
    .init("os", nil, "missing"), .init("os", "Linux", "'Linux'", "illumos"), .init("os", "freebsd", "bsd"),
    .init("files", nil, "missing"), .init("files", [], "0 entries"), .init("files", [1], "1 entries", "exactly one"),
    .init("files", "x", "'x'"), .init("files", [["sha1": "a"], ["sha1": "b"]], "2 entries", "exactly one"),
    .init("files[0].sha1", nil, "missing"), .init("files[0].sha1", "2FD4", "'2FD4'", "40"),
    .init("files[0].sha1", "2FD4E1C67A2D28FCED849EE1BB76E7391B93EB12", "lower-case"),
    .init("files[0].size", nil, "missing"), .init("files[0].size", 0, "is 0"), .init("files[0].size", -1, "-1"),
    .init("files[0].size", "612345678", "'612345678'", "number"),
    .init("files[0].size", 21_474_836_481, "21474836481", "20 GiB"),
    .init("files[0].compression", nil, "missing"), .init("files[0].compression", "gz", "'gz'", "gzip, bzip2, xz, none"),
    .init("files[0].compression", "zstd", "'zstd'"), .init("files[0].compression", "lz4", "'lz4'"),
    .init("files[0].dataset_guid", "0x1f", "'0x1f'", "decimal"), .init("files[0].dataset_guid", "0", "'0'"),
    .init("files[0].dataset_guid", "18446744073709551616", "64 bits"),
    .init("files[0].dataset_guid", 9_223_372_036_854_775_807, "as text"), .init("files[0].dataset_guid", -1, "-1"),
    .init("origin", "debian-11", "'debian-11'", "UUID"), .init("origin", null, "null"),
    .init("icon", true, "true", "uploaded"), .init("icon", false, "false"),
    .init("acl", ["x"], "'x'", "number 1", "UUID"), .init("acl", "x", "'x'"), .init("acl", [:], "{}"),
    .init("requirements", [], "[]", "object"), .init("requirements", null, "null"),
    .init("requirements.disk", 10, "is 10", "unsupported requirement"),
    .init("requirements.networks", ["net0"], "'net0'", "name and description"),
    .init("requirements.networks", [["name": "net0"]], "net0"),
    .init("requirements.networks", [["name": "net0", "description": "public", "mtu": 1500]], "1500"),
    .init("requirements.networks", "net0", "'net0'", "list"),
    .init("requirements.brand", "xen", "'xen'", "kvm or bhyve"), .init("requirements.brand", "lx", "'lx'"),
    .init("requirements.brand", 5, "is 5"),
    .init("requirements.ssh_key", "true", "'true'", "quotes"), .init("requirements.ssh_key", 1, "is 1"),
    .init("requirements.min_ram", "512", "'512'", "quotes"), .init("requirements.min_ram", .number(1.5), "1.5"),
    .init("requirements.min_ram", -512, "-512"), .init("requirements.max_ram", "many", "'many'"),
    .init("requirements.max_ram", 511, "is 511", "less than min_ram, which is 512"),
    .init("requirements.min_platform", ["7.0": "2014-10-30"], "7.0 = '2014-10-30'", "20210826T002459Z"),
    .init("requirements.min_platform", [:], "{}"), .init("requirements.min_platform", "7.0", "'7.0'"),
    .init("requirements.min_platform", ["7.0": "20111030T081701Z"], "2012"),
    .init("requirements.min_platform", ["7.0": "20141330T081701Z"], "'20141330T081701Z'"),
    .init("requirements.min_platform", ["7.0": "20141132T081701Z"], "'20141132T081701Z'"),
    .init("requirements.min_platform", ["7.0": "20141130T241701Z"], "'20141130T241701Z'"),
    .init("requirements.min_platform", ["7.0": "20141130T236001Z"], "'20141130T236001Z'"),
    .init("requirements.min_platform", ["7.0": "20141130T235960Z"], "'20141130T235960Z'"),
    .init("requirements.min_platform", ["7.0": 7], "7.0 = 7"),
    .init("requirements.max_platform", ["7.0": "latest"], "'latest'"),
    .init("requirements.max_platform", ["7.0": "20130101T000000Z"], "'20130101T000000Z'", "no platform is left"),
    .init("requirements.bootrom", "uefi", "'uefi'", "brand is missing", "hybrid"),
    .init("users", ["root"], "'root'", "name"), .init("users", "root", "'root'"),
    .init("users", [["name": "root", "uid": 0]], "uid"), .init("users", [["name": 1]], "number 1"),
    .init("generate_passwords", "yes", "'yes'"), .init("generate_passwords", null, "null"),
    .init("billing_tags", ["a", 5], "5", "number 2"), .init("billing_tags", [long(129)], "128"),
    .init("billing_tags", "a", "'a'"),
    .init("traits", ["ssd": 1], "ssd = 1", "strings"), .init("traits", ["a": [:]], "a = {}"),
    .init("traits", [], "[]", "object"),
    .init("tags", ["role"], "[", "object"), .init("tags", "role", "'role'"),
    .init("tags", ["a": long(102_395)], "102403"),
    .init("inherited_directories", ["/usr"], "/usr", "zone-dataset"),
    .init("nic_driver", nil, "missing"), .init("nic_driver", "", "''"),
    .init("nic_driver", "vmxnet3", "'vmxnet3'", "virtio"),
    .init("disk_driver", nil, "missing"), .init("disk_driver", "virtio-scsi", "'virtio-scsi'", "ahci"),
    .init("disk_driver", 1, "is 1"), .init("cpu_type", nil, "missing"), .init("cpu_type", 5, "is 5"),
    .init("cpu_type", "", "''"),
    .init("image_size", nil, "missing"), .init("image_size", "10G", "'10G'", "MiB"), .init("image_size", 0, "is 0"),
    .init("image_size", -5, "-5"), .init("image_size", .number(10.5), "10.5"),
    .init("image_size", 9_000_000_000_000, "MiB"),
    .init("channels", ["dev"], "dev", "imgadm"), .init("error", "no", "'no'"),
    .init("kernel_args", "quiet", "'quiet'", "tags"), .init("Name", "x", "'x'"),
  ]

  /// A JSON null, where nil means that the member is removed.
  private static let null = JSONValue.null

  @Test(arguments: refused) func aBrokenRuleIsNamed(_ change: Case) throws {
    let reading = try example("kvm-style").with(change.path, change.value).reading
    #expect(reading.violations.map(\.field) == [change.path], "\(reading.violations)")
    let message = reading.violations.first?.message ?? ""
    for word in change.says { #expect(message.contains(word), "\(message)") }
  }

  static let unwise: [Case] = [
    .init("v", "2", "'2'", "without quotes"), .init("v", 3, "is 3", "write 2"),
    .init("name", long(513), "513", "512"), .init("version", long(129), "129", "128"),
    .init("version", "12+1", "'12+1'", "20161118T231131Z"),
    .init("description", long(513), "513", "512"),
    .init("homepage", nil, "missing"), .init("homepage", "https:///x", "'https:///x'", "host"),
    .init("homepage", .string("https://example.com/" + String(repeating: "a", count: 120)), "140", "128"),
    .init("eula", .string("https://example.com/" + String(repeating: "a", count: 120)), "140", "128"),
    .init("disabled", "false", "'false'", "without quotes"), .init("disabled", true, "true", "disabled image"),
    .init("public", nil, "missing", "mode public"), .init("public", false, "false", "mode public"),
    .init("public", "true", "'true'", "without quotes"),
    .init("published_at", "2026-13-10T09:14:22Z", "'2026-13-10T09:14:22Z'", "no such day"),
    .init("published_at", "2026-02-29T09:14:22Z", "no such day"),
    .init("published_at", "2026-04-31T09:14:22.000Z", "no such day"),
    .init("published_at", "2026-03-10T24:00:00Z", "no such day"),
    .init("published_at", "2026-03-10T09:60:00Z", "no such day"),
    .init("acl", "5c44f0d4-6a3b-4d7e-9a4d-3b9e5c2f8a10", "list"),
    .init("requirements.min_ram", nil, "missing", "memory"),
    .init("generate_passwords", "true", "'true'"),
    .init("files[0].dataset_guid", nil, "missing"), .init("files[0].dataset_guid", 42, "is 42", "quotes"),
    .init("files[0].md5", "x", "'x'", "drops"),
    .init("nic_driver", "e1000", "'e1000'", "virtio"), .init("nic_driver", "rtl8139", "bhyve does not know"),
    .init("disk_driver", "ide", "'ide'", "bhyve does not know"), .init("disk_driver", "nvme", "kvm does not know"),
    .init("cpu_type", "Westmere", "'Westmere'", "host"),
    .init("image_size", "10240", "'10240'", "without quotes"),
    .init("error", ["code": "x"], "failed"),
  ]

  @Test(arguments: unwise) func whatIsUnwiseIsAWarning(_ change: Case) throws {
    let reading = try example("kvm-style").with(change.path, change.value).reading
    #expect(reading.violations == [])
    #expect(reading.warnings.map(\.field) == [change.path], "\(reading.warnings)")
    let message = reading.warnings.first?.message ?? ""
    for word in change.says { #expect(message.contains(word), "\(message)") }
  }

  static let sound: [Case] = [
    .init("name", long(512)), .init("name", "A/b_c-d.e 1"), .init("version", "a/b_c-d.E"), .init("description", ""),
    .init("description", nil), .init("homepage", "HTTP://example.com"), .init("published_at", nil),
    .init("published_at", "2024-02-29T23:59:59.999Z"), .init("state", nil), .init("disabled", nil),
    .init("origin", "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c02"), .init("acl", []), .init("requirements.max_ram", 512),
    .init("requirements.ssh_key", false), .init("requirements.ssh_key", null), .init("requirements.networks", []),
    .init("requirements.bootrom", ""), .init("requirements.brand", "kvm"), .init("requirements.min_ram", 0),
    .init("requirements.max_platform", ["7.0": "20141030T081701Z"]),
    .init("requirements.max_platform", ["6.5": "20121030T081701Z"]),
    .init("users", []), .init("users", nil), .init("billing_tags", ["a", long(128)]),
    .init("traits", ["a": "b", "c": true, "d": [1]]), .init("tags", ["a": ["b": nil], "c": .number(1.5)]),
    .init("tags", ["a": long(102_392)]), .init("urn", "sdc:admin:debian:1"), .init("files[0].digest", "sha256:x"),
    .init("files[0].compression", "bzip2"), .init("files[0].compression", "xz"), .init("files[0].compression", "none"),
    .init("cpu_type", "qemu64"), .init("os", "other"), .init("image_size", 1),
  ]

  @Test(arguments: sound) func whatTheValidatorsTakeIsTaken(_ change: Case) throws {
    let reading = try example("kvm-style").with(change.path, change.value).reading
    #expect(reading.violations == [])
    #expect(reading.warnings == [])
  }

  @Test func aDriverOfTheNamedBrandIsSound() throws {
    let kvm = try example("kvm-style").with("requirements.brand", "kvm")
    #expect(kvm.with("disk_driver", "ide").with("nic_driver", "rtl8139").reading.warnings == [])
    #expect(kvm.with("disk_driver", "nvme").reading.warnings.map(\.field) == ["disk_driver"])
    let bhyve = try example("kvm-style").with("requirements.brand", "bhyve").with("requirements.bootrom", "bios")
    #expect(bhyve.with("disk_driver", "nvme").reading.warnings == [])
    #expect(bhyve.reading.violations == [])
  }

  @Test(arguments: [("kvm", "uefi", "brand is 'kvm'"), ("bhyve", "efi", "bios or uefi")])
  func aROMIsOnlyChosenUnderBhyve(brand: JSONValue, rom: JSONValue, says: String) throws {
    let reading = try example("kvm-style").with("requirements.brand", brand).with("requirements.bootrom", rom).reading
    #expect(reading.violations.map(\.field) == ["requirements.bootrom"])
    #expect(reading.violations.first?.message.contains(says) == true)
    #expect(reading.violations.first?.message.contains("'\(rom.string ?? "")'") == true)
  }

  @Test func passwordsNeedUsers() throws {
    let asked = try example("kvm-style").with("generate_passwords", true)
    #expect(asked.reading.warnings == [])
    for users in [nil, JSONValue.array([])] {
      #expect(asked.with("users", users).reading.warnings.map(\.field) == ["generate_passwords"])
    }
  }

  @Test func aPlusIsSoundWhereOldPlatformsAreShutOut() throws {
    let plus = try example("kvm-style").with("version", "1+1")
    #expect(plus.with("requirements.min_platform", ["7.0": "20161118T231131Z"]).reading.warnings == [])
    #expect(plus.with("requirements.min_platform", nil).reading.warnings.map(\.field) == ["version"])
  }
}
