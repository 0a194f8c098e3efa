import Foundation
import Model
import Testing

@testable import Checks

/// The files in checks/: complete, portable, and able to pass and to fail.
struct ShippedChecksTests {
  static let catalogue = Result { try Catalogue.load(folders: [shippedChecks]) }
  static var checks: [GuestCheck] { (try? catalogue.get().guestChecks) ?? [] }

  @Test func allAreRead() throws {
    let catalogue = try Self.catalogue.get()
    #expect(catalogue.guestChecks.count >= 25)
    #expect(Set(catalogue.guestChecks.map(\.id)).count == catalogue.guestChecks.count)
    for check in catalogue.guestChecks {
      #expect(check.path.hasSuffix("/checks/\(check.id.replacing(".", with: "/")).sh"))
      #expect(!check.info.clauses.isEmpty, "\(check.id)")
      #expect(check.info.clauses == check.info.clauses.sorted(), "\(check.id)")
      #expect(check.body.contains("expected"), "\(check.id): a reason names what was expected")
    }
  }

  @Test(arguments: Shell.installed) func areSoundShell(_ shell: Shell) throws {
    for path in Self.checks.map(\.path) + [shippedChecks + "/helpers.sh"] {
      let arguments = (shell == .busybox ? ["sh"] : []) + ["-n", path]
      let (status, output) = try run(shell.rawValue, arguments)
      #expect(status == 0 && output.isEmpty, "\(path): \(String(decoding: output, as: UTF8.self))")
    }
  }

  @Test(.enabled(if: access("/usr/bin/shellcheck", X_OK) == 0, "needs shellcheck"))
  func shellcheckIsContent() throws {
    let bundle = try CheckBundle(
      checks: [], helpers: try Self.catalogue.get().helpers, expectations: expectations, transport: "ssh",
      timeoutScale: 1, ready: .zero)
    try withFolder { folder in
      try write(bundle.script, to: folder + "/bundle.sh")
      // 1090, 1091: helpers are found at run time; 2034, 2154: variables that are set and used on both sides of that.
      // 2329: functions that only checks call.
      let style = ["-s", "sh", "-S", "style", "-e", "SC1090,SC1091,SC2034,SC2154,SC2317,SC2329"]
      let (status, output) = try run(
        "/usr/bin/shellcheck", style + [folder + "/bundle.sh", shippedChecks + "/helpers.sh"] + Self.checks.map(\.path))
      #expect(status == 0, "\(String(decoding: output, as: UTF8.self))")
    }
  }

  /// Runs the check by hand, as a person in a guest would, over the root in `guest`.
  func judge(
    _ id: String, _ guest: FakeGuest, _ shell: Shell, _ other: [String: String] = [:]
  ) throws -> (status: Int32, text: String) {
    let check = try #require(Self.checks.first { $0.id == id })
    var environment = expectations.variables
    environment["IMGVERIFY_ROOT"] = guest.root
    environment["IMGVERIFY_HELPERS"] = guest.root + "/tools/helpers.sh"
    environment["PATH"] = guest.root + "/tools:/usr/sbin:/usr/bin:/sbin:/bin"
    let arguments = (shell == .busybox ? ["sh"] : []) + [check.path]
    environment.merge(other) { $1 }
    let (status, output) = try run(shell.rawValue, arguments, environment: environment)
    return (status, String(decoding: output, as: UTF8.self))
  }

  @Test(arguments: Shell.installed) func aGoodGuestPasses(_ shell: Shell) throws {
    try withFolder { folder in
      let guest = try FakeGuest(at: folder)
      for check in Self.checks {
        let (status, text) = try judge(check.id, guest, shell)
        #expect(status == 0, "\(check.id): \(text)")
      }
    }
  }

  @Test(arguments: Shell.installed) func everyDefectIsNamed(_ shell: Shell) throws {
    for defect in FakeGuest.defects {
      try withFolder { folder in
        let guest = try FakeGuest(at: folder)
        try defect.make(guest)
        let (status, text) = try judge(defect.check, guest, shell)
        #expect(status == 1, "\(defect.check) must fail when \(defect.says): \(text)")
        #expect(text.contains("reason: ") && text.contains(defect.says), "\(defect.check): \(text)")
      }
    }
  }

  /// The serial number of a SCSI disk comes with a binary head, and goes through tr, whose classes busybox lacks in part.
  @Test(arguments: Shell.installed) func aSCSIDiskIsKnownByItsSerialNumber(_ shell: Shell) throws {
    try withFolder { folder in
      let guest = try FakeGuest(at: folder)
      try guest.disk("sda", driver: "virtio_scsi", serial: "", dev: "254:0", partitionDev: "254:1")
      try guest.run(
        """
        rm -r sys/class/block/vda sys/class/block/vda1 sys/class/block/sda/serial
        printf '\\000\\200\\000\\011S-9 x/%% ' >sys/class/block/sda/device/vpd_pg80
        """)
      let good = ["EXPECT_DISK_BUS": "virtio-scsi", "EXPECT_DISK_SERIAL": "S-9 x/%"]
      for id in ["disk.root-disk", "virtio.drivers"] {
        let (status, text) = try judge(id, guest, shell, good)
        #expect(status == 0, "\(id): \(text)")
      }
      let (status, text) = try judge("disk.root-disk", guest, shell, good.merging(["EXPECT_DISK_SERIAL": "T"]) { $1 })
      #expect(status == 1 && text.contains("found it on sda with 'S-9 x/%'"), "\(text)")
    }
  }

  /// No check may be unable to fail: each is shown at least one guest that it refuses.
  @Test func everyCheckHasADefect() {
    #expect(Set(FakeGuest.defects.map(\.check)) == Set(Self.checks.map(\.id)))
  }

  @Test func withoutExpectationsByHandAreSkipped() throws {
    let path = shippedChecks + "/network/resolvers.sh"
    let (status, output) = try run("/bin/sh", [path])
    #expect(status == 77)
    #expect(String(decoding: output, as: UTF8.self) == "reason: EXPECT_RESOLVERS is not given\n")
  }
}
