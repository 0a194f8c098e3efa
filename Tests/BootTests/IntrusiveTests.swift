import Foundation
import Testing

extension BootTests {
  /// Checks that spoil the guest: what they find, and that they leave no trace in what comes after them.
  @Suite(.serialized) struct Intrusive {
    /// A guest that comes up well and fails only when it is told to do something.
    struct Fault: Sendable {
      var name: String
      var check: String
      var says: String
      var standing: String
    }

    static let faults = [
      Fault(name: "no-poweroff", check: "power.off", says: "halted and left the machine on", standing: "rejects"),
      Fault(name: "no-reboot", check: "power.reboot", says: "halted instead", standing: "rejects"),
      Fault(name: "full-disk-locks-out", check: "disk.full", says: "status 1", standing: "warns"),
    ]

    @Test func eachFaultIsFoundByItsCheckAlone() throws {
      let runs = try Program.twoAtATime(Self.faults) { fault in
        let guest = try GuestImage(fault.name)
        let run = try Program.start(
          guest.image, guest.manifest,
          ["--boots", "1", "--no-moves", "--seed", "3", "--no-cache", "--only", "power.*", "--only", "disk.full"])
        return (try run.finish(), try run.leftovers())
      }
      for (fault, (outcome, leftovers)) in zip(Self.faults, runs) {
        #expect(outcome.status == (fault.standing == "rejects" ? 1 : 0), "\(outcome.story)")
        #expect(outcome.checks(fault.standing) == [fault.check], "\(outcome.story)")
        #expect(outcome.checks("doubtful").isEmpty, "\(outcome.story)")
        let findings = outcome.report?.findings ?? []
        #expect(findings.first { $0.check == fault.check }?.reason.contains(fault.says) == true, "\(outcome.story)")
        // The others found the guest as it was.
        for other in ["power.off", "power.reboot", "power.acpi", "disk.full"] where other != fault.check {
          #expect(findings.first { $0.check == other }?.outcome == "passed", "\(other): \(outcome.story)")
        }
        #expect(leftovers == [])
      }
    }

    /// A guest whose disk was filled, and that was switched off and restarted, is powered on again on other hardware as
    /// if nothing had been; its disk has been resized in between, which no qcow2 with a snapshot in it allows.
    @Test func theNextBootOfTheInstanceKnowsNothingOfThem() throws {
      let guest = try GuestImage("tiny")
      let outcome = try Program.verify(
        guest.image, guest.manifest, ["--boots", "1", "--seed", "7", "--no-cache", "--keep", "always"])
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.checks("rejects").isEmpty && outcome.checks("warns").isEmpty, "\(outcome.story)")
      let findings = outcome.report?.findings ?? []
      let boots = Set(findings.filter { $0.check == "power.off" }.compactMap(\.boot))
      #expect(boots.count == 1)
      #expect(Set(findings.compactMap(\.boot)).count >= 2)
      #expect(findings.filter { $0.check == "power.acpi" }.allSatisfy { $0.outcome == "passed" })
      for boot in Set(findings.compactMap(\.boot)) {
        let disk = "\(outcome.folder.path)/boots/\(boot)/disk.qcow2"
        #expect(try shell("qemu-img check -q '\(disk)'") == 0)
        #expect(try shell("test -z \"$(qemu-img snapshot -l '\(disk)')\"") == 0)
      }
    }
  }
}
