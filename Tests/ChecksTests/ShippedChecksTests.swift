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
      // Quoted text to shellcheck when it is inside the bundle.
      try write(BundleWorker.script(mark: "@0", helpers: "", checks: []), to: folder + "/worker.sh")
      // 1090, 1091: helpers are found at run time; 2034, 2154: variables that are set and used on both sides of that.
      // 2329: functions that only checks call.
      let style = ["-s", "sh", "-S", "style", "-e", "SC1090,SC1091,SC2034,SC2154,SC2317,SC2329"]
      let (status, output) = try run(
        "/usr/bin/shellcheck",
        style + ["\(folder)/bundle.sh", "\(folder)/worker.sh", shippedChecks + "/helpers.sh"] + Self.checks.map(\.path))
      #expect(status == 0, "\(String(decoding: output, as: UTF8.self))")
    }
  }

  /// Runs the check by hand, as a person in a guest would, over the root in `guest`.
  func judge(
    _ id: String, _ guest: FakeGuest, _ shell: Shell, _ other: [String: String] = [:]
  ) throws -> (status: Int32, text: String) {
    let check = try #require(Self.checks.first { $0.id == id })
    var environment = wideExpectations.variables
    environment["IMGVERIFY_ROOT"] = guest.root
    environment["IMGVERIFY_HELPERS"] = guest.root + "/tools/helpers.sh"
    environment["PATH"] = guest.root + "/tools:/usr/sbin:/usr/bin:/sbin:/bin"
    let arguments = (shell == .busybox ? ["sh"] : []) + [check.path]
    environment.merge(FakeGuest.circumstances[id] ?? [:]) { $1 }
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

  @Test(arguments: Shell.installed) func everyDefectIsNamed(_ one: Shell) throws {
    // One guest for all: to put it back takes a tenth of the processes that making it does.
    try withFolder { folder in
      let guest = try FakeGuest(at: folder + "/guest")
      func shell(_ command: String) throws {
        #expect(try run("/bin/sh", ["-c", "cd '\(folder)' && \(command)"]).status == 0, "\(command)")
      }
      try shell("cp -a guest good")
      for defect in FakeGuest.defects {
        try defect.make(guest)
        let (status, text) = try judge(defect.check, guest, one)
        #expect(status == 1, "\(defect.check) must fail when \(defect.says): \(text)")
        #expect(text.contains("reason: ") && text.contains(defect.says), "\(defect.check): \(text)")
        try shell("rm -rf guest && cp -a good guest")
      }
    }
  }

  /// What clones are compared by: values that any other tool would show as well.
  @Test(arguments: Shell.installed) func theIdentityIsNoted(_ shell: Shell) throws {
    try withFolder { folder in
      let guest = try FakeGuest(at: folder)
      // ssh-keygen -lf of the first key; the second key is dropbear's, told by dropbearkey.
      let keys =
        "note: host-keys=ed25519 SHA256:UcnL3oDNiMaPrxKdRu7msFjk1tNjwG+gNz48o/m8td4, rsa SHA256:zBURJC4mpQ6j/DLIDJakTQANmGP4cn9OftElBH5WBrg\n"
      #expect(try judge("identity.host-keys", guest, shell).text == keys)
      let seed = try judge("identity.random-seed", guest, shell).text
      #expect(seed.hasPrefix("note: random-seed=sha256 ") && seed.utf8.count == 25 + 64 + 1)
      let ids = try judge("identity.dhcp-id", guest, shell).text
      #expect(
        ids.hasPrefix(
          "note: dhcp-id=dhclient 00:01:00:01:2a:bb:9c:35:90:b8:d0:3e:5a:01, dhcpcd 00:03:00:01:90:b8:d0:3e:5a:02, NetworkManager sha256 "
        ), "\(ids)")
      // A key that is older than the boot accuses only the first boot.
      try guest.run("TZ=UTC touch -d '1970-01-12 13:46:30' etc/ssh/ssh_host_ed25519_key")
      #expect(try judge("identity.host-keys", guest, shell, ["EXPECT_FIRST_BOOT": ""]).status == 0)
      try guest.run("rm -r etc/ssh etc/dropbear var/lib/dhc* var/lib/NetworkManager var/lib/systemd")
      for id in ["identity.host-keys", "identity.random-seed", "identity.dhcp-id"] {
        #expect(try judge(id, guest, shell).status == 77, "\(id)")
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
