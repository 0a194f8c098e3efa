import Foundation
import Metadata
import Model
import Testing

@testable import Checks

struct ExpectationsTests {
  @Test func tellsWhatTheBootPromises() {
    #expect(
      expectations.variables == [
        "EXPECT_UUID": "7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10",
        "EXPECT_HOSTNAME": "imgv-one",
        "EXPECT_NONCE": "5f0f6a1e93c44b0e",
        "EXPECT_FIRST_BOOT": "yes",
        "EXPECT_NICS": """
        90:b8:d0:3e:5a:01 net0 10.77.1.24/24 primary 10.77.1.2 - 10.77.1.100
        90:b8:d0:3e:5a:02 net1 10.77.2.30/22 secondary 10.77.2.2 1400 10.77.2.100
        """,
        "EXPECT_IPS": "90:b8:d0:3e:5a:01 10.77.1.24/24\n90:b8:d0:3e:5a:02 10.77.2.30/22",
        "EXPECT_RESOLVERS": "10.77.1.3",
        "EXPECT_GATEWAY": "10.77.1.2",
        "EXPECT_DISK_SERIAL": "S-1",
        "EXPECT_DISK_BUS": "virtio-blk",
        "EXPECT_DISK_BYTES": "1073741824",
        "EXPECT_EXTRA_DISK": "67108864 before decoy X-1",
        "EXPECT_CPUS": "2",
        "EXPECT_MEMORY_MIB": "512",
        "EXPECT_ROOT_KEY": rootKey + "\n" + InstanceDictionary.companionKey(nonce: "5f0f6a1e93c44b0e"),
      ])
  }

  @Test func tellsAllThatANICCanBePromised() {
    let made = Expectations(boot: wideBoot, rootKey: nil, diskSize: nil)
    #expect(
      made["IPS"] == """
        90:b8:d0:3e:5a:01 10.77.1.24/24
        90:b8:d0:3e:5a:01 10.77.1.10/24
        90:b8:d0:3e:5a:01 fd4b:7a1e:22c0:1::30/64
        90:b8:d0:3e:5a:01 addrconf fd4b:7a1e:22c0:1::/64
        90:b8:d0:3e:5a:02 10.77.2.30/22
        90:b8:d0:3e:5a:03 dhcp 10.77.5.200-10.77.5.215/24
        """)
    #expect(
      made["NICS"]?.split(separator: "\n").last == "90:b8:d0:3e:5a:03 net2 dhcp secondary 10.77.5.2 - 10.77.5.200")
    #expect(made["ROUTES"] == "172.20.16.0/20 10.77.2.11" && made["DOMAIN"] == "imgv-one.example")
    #expect(made["GATEWAY6"] == "fd4b:7a1e:22c0:1::2")
  }

  @Test func leavesOutWhatDoesNotApply() {
    var plain = boot
    plain.layout.extraDisk = nil
    plain.layout.bootDisk.serial = ""
    plain.continues = "01-other"
    let made = Expectations(boot: plain, rootKey: nil, diskSize: nil)
    for name in ["EXTRA_DISK", "DISK_SERIAL", "ROOT_KEY", "DISK_BYTES", "FIRST_BOOT"] { #expect(made[name] == nil) }
  }

  /// A later boot with other metadata is told what it was before, so that what may stay can.
  @Test func tellsWhatAnotherEditionChanges() {
    var later = boot
    later.continues = "01-other"
    later.edition = MetadataEdition(
      hostname: "imgv-new", nonce: "second", userScript: .removed, operatorScript: .fails, overwritesKeys: true)
    let made = Expectations(boot: later, rootKey: rootKey, diskSize: nil)
    #expect(made["HOSTNAME"] == "imgv-new" && made["EARLIER_HOSTNAME"] == "imgv-one")
    #expect(made["NONCE"] == "second" && made["EARLIER_NONCE"] == boot.instance.nonce)
    #expect(made["ROOT_KEY"] == rootKey + "\n" + InstanceDictionary.companionKey(nonce: "second"))
    #expect(made["EARLIER_ROOT_KEY"] == expectations["ROOT_KEY"])
    #expect(made["REMOVED_SCRIPT"] == "yes" && made["OVERWRITE_KEYS"] == "yes" && made["FAILING_SCRIPTS"] == nil)
    #expect(made["REBORN"] == nil && made["BIG_LINES"] == nil)

    var reborn = boot
    reborn.copies = "01-other"
    reborn.edition = MetadataEdition(userScript: .fails, operatorScript: .fails, bigLines: 7)
    let other = Expectations(boot: reborn, rootKey: rootKey, diskSize: nil)
    #expect(other["FIRST_BOOT"] == "yes" && other["REBORN"] == "yes" && other["FAILING_SCRIPTS"] == "yes")
    #expect(other["BIG_LINES"] == "7" && other["EARLIER_NONCE"] == nil && other["EARLIER_HOSTNAME"] == nil)
  }

  @Test func tellsWhatTheManifestPromises() throws {
    let image = ImagePromise(
      name: "tiny", version: "1.0.0\n", os: "linux", users: ["root", "admin"], nicDriver: "virtio", diskDriver: "\u{e9}"
    )
    let made = Expectations(boot: boot, rootKey: nil, diskSize: nil, image: image)
    #expect(made["IMAGE_NAME"] == "tiny")
    #expect(made["IMAGE_OS"] == "linux")
    #expect(made["IMAGE_USERS"] == "root admin")
    #expect(made["IMAGE_NIC_DRIVER"] == "virtio")
    // What a shell cannot be given is left out, and spoils nothing else.
    #expect(made["IMAGE_VERSION"] == nil)
    #expect(made["IMAGE_DISK_DRIVER"] == nil)
    _ = try made.shellAssignments()
  }

  @Test func survivesTheShellUnchanged() throws {
    var hostile = expectations
    let value = "it's '' \"$(touch /nope)\" `x` \\ \\n ${HOME} ; & |\nsecond line'"
    hostile["HOSTNAME"] = value
    let script = try hostile.shellAssignments() + "printf '%s' \"$EXPECT_HOSTNAME\""
    let (status, output) = try run("/bin/sh", ["-c", script])
    #expect(status == 0)
    #expect(String(decoding: output, as: UTF8.self) == value)
  }

  @Test(arguments: ["\u{e9}", "a\rb", "\u{1b}[2J"]) func refusesOtherBytes(_ value: String) {
    var odd = expectations
    odd["HOSTNAME"] = value
    #expect(throws: VerifyError.self) { try odd.shellAssignments() }
  }
}
