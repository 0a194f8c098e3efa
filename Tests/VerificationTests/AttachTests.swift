import Foundation
import Model
import Planning
import Testing

@testable import Verification

@Suite struct AttachTests {
  private let boots = try! makePlan(PlanWishes(seed: 7), axes: .qemu(minimumMemory: nil, maximumCPUs: 1)).boots

  @Test func theFirstBootIsTheDefault() throws {
    #expect(try choose(.first, from: boots).layout.profile == "smartos-kvm")
    #expect(try choose(.boot("03"), from: boots).id == boots[2].id)
    #expect(try choose(.profile("smartos-bhyve"), from: boots).layout.profile == "smartos-bhyve")
  }

  @Test func whatIsNotInThePlanIsRefusedWithTheList() {
    let profile = #expect(throws: VerifyError.self) { try choose(.profile("x"), from: boots) }
    #expect(profile?.code == .usage && profile?.message.contains("smartos-kvm, smartos-bhyve") == true)
    #expect(throws: VerifyError.self) { try choose(.profile("x"), from: []) }
    let boot = #expect(throws: VerifyError.self) { try choose(.boot("99"), from: boots) }
    #expect(boot?.code == .usage && boot?.message.contains(boots[0].id) == true)
  }

  @Test func thePersonIsToldHowToGetInAndOut() {
    for boot in boots {
      let text = introduction(of: boot, "tcg", sshCommand(port: 43_923, keyFile: "/var/tmp/a b/key"))
      for word in [boot.id, boot.instance.rootPassword, boot.layout.machine.rawValue, "-p 43923", "Ctrl-]"] {
        #expect(text.contains(word))
      }
      #expect(text.contains("ssh -i '/var/tmp/a b/key' "))
      for nic in boot.instance.nics { #expect(text.contains("\(nic.interface) ") && text.contains(nic.ips[0])) }
    }
  }

  @Test(arguments: ["/var/tmp/imgverify-x_1/key", "a b", "it's", "$(x)", "", "ü"]) func aShellReadsAQuotedWordBack(
    text: String
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "printf %s \(shellQuoted(text))"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    #expect(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == text)
    process.waitUntilExit()
  }
}
