import Intake
import Model
import Testing

/// The invalid examples of the reference, section 8: each is the KVM-style example with one change.
@Suite struct ManifestExampleTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var number: Int
    /// The field that must be named, and the value that must be quoted.
    var field: String
    var shown: String
    /// Whether it is a matter of the server's mode only, so that imgverify warns.
    var warns = false
    var change: @Sendable (JSONValue) -> JSONValue
    var testDescription: String { "example \(number): \(field)" }

    init(
      _ number: Int, _ field: String, _ shown: String, warns: Bool = false,
      _ change: @escaping @Sendable (JSONValue) -> JSONValue
    ) {
      (self.number, self.field, self.shown, self.warns, self.change) = (number, field, shown, warns, change)
    }

    /// A change of one member.
    init(_ number: Int, _ path: String, _ value: JSONValue?, shown: String? = nil, warns: Bool = false) {
      let text = value?.string.map { "'\($0)'" } ?? value?.text ?? "missing"
      self.init(number, path, shown ?? text, warns: warns) { $0.with(path, value) }
    }
  }

  static let examples: [Example] = [
    .init(1, "v", nil), .init(2, "uuid", "0F3C1C52-5A3E-4C6E-9D43-7A4F2B1E6C01"),
    .init(3, "name", "debian-12 (bookworm)"),
    .init(4, "version", "12:20260310"), .init(5, "type", "zvol-dataset"), .init(6, "os", "Linux"),
    .init(7, "nic_driver", nil), .init(8, "image_size", "10G"), .init(9, "files[0].compression", "gz"),
    .init(10, "files", "2 entries") { $0.with("files", .array($0["files"]!.array! + $0["files"]!.array!)) },
    .init(11, "files[0].size", nil), .init(12, "requirements.bootrom", "uefi"),
    .init(13, "requirements.bootrom", "'kvm'") {
      $0.with("requirements.brand", "kvm").with("requirements.bootrom", "uefi")
    },
    .init(14, "requirements.bootrom", "'efi'") {
      $0.with("requirements.brand", "bhyve").with("requirements.bootrom", "efi")
    },
    .init(15, "requirements.min_platform", ["7.0": "2014-10-30"], shown: "7.0 = '2014-10-30'"),
    .init(16, "requirements.max_ram", "1024") {
      $0.with("requirements.min_ram", 4096).with("requirements.max_ram", 1024)
    },
    .init(17, "requirements.min_ram", "512"), .init(18, "requirements.networks", ["net0"], shown: "'net0'"),
    .init(19, "published_at", "2026-03-10 09:14:22"), .init(20, "users", ["root"], shown: "'root'"),
    .init(21, "kernel_args", "console=ttyS0"), .init(22, "requirements.disk", 10), .init(23, "activated", true),
    .init(24, "disabled", "yes"), .init(25, "public", false, warns: true), .init(26, "homepage", "docs.example.com"),
    .init(27, "tags", ["role"]), .init(28, "inherited_directories", ["/usr"]),
    .init(29, "requirements.ssh_key", "true"),
    .init(30, "origin", "debian-11"), .init(31, "icon", true), .init(32, "owner", nil),
  ]

  @Test(arguments: examples) func anInvalidExampleIsNamed(_ example: Example) throws {
    let document = example.change(try ManifestTests.good.get())
    let reading = document.reading
    let said = example.warns ? reading.warnings : reading.violations
    #expect(said.map(\.field) == [example.field], "\(said)")
    #expect(said.first?.message.contains(example.shown) == true, "\(said)")
  }

  @Test func allThirtyTwoAreHere() { #expect(Self.examples.map(\.number) == Array(1...32)) }
}
