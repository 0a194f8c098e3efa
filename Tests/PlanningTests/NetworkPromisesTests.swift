import Foundation
import Model
import Testing

@testable import Planning

/// What the axes about addresses, routes and the domain make of an instance.
struct NetworkPromisesTests {
  private func instance(_ choices: [String: String], seed: UInt64 = 7) -> Instance {
    var random = SplitMix64(seed: seed)
    return makeInstance(choices, nics: choices["nics"] == "2" ? 2 : 1, random: &random)
  }

  @Test func withoutAChoiceNothingIsAdded() {
    let plain = instance(["nics": "2"])
    #expect(plain.nics.allSatisfy { $0.addressing == nil && $0.network6 == nil && $0.ips.count == 1 })
    #expect(plain.routes == nil && plain.domain == nil)
    #expect(plain == instance(["nics": "2", "nic.addresses": "ipv4", "routes": "none", "domain": "none"]))
  }

  @Test func ipv4AndIPv6() {
    let made = instance(["nics": "2", "nic.addresses": "ipv4 and ipv6"])
    for nic in made.nics {
      #expect(nic.ips.count == 3 && nic.ips[1].hasSuffix(".10/24") && nic.ips[2].hasSuffix("/64"))
      #expect(nic.network6!.address!.hasPrefix(nic.network6!.prefix))
      // 64 bits, which is what the length says.
      #expect(nic.network6!.prefix.split(separator: ":").count == 4)
    }
    #expect(made.nics[0].gateways == [made.nics[0].gateway, made.nics[0].network6!.prefix + "2"])
    #expect(made.nics[1].network6?.gateway == nil)
    #expect(Set(made.nics.map(\.network6!.prefix)).count == 2)
  }

  @Test func onlyTheSecondIsLeftToDHCP() {
    let made = instance(["nics": "2", "nic.addresses": "second by dhcp", "routes": "one"])
    #expect(made.nics.map(\.ips.first) == ["\(made.nics[0].address)/24", "dhcp"])
    let net = made.nics[0].network.dropLast(1)
    #expect(made.routes?.map(\.gateway) == ["\(net)11"])
    #expect(made.nics[1].dhcpRange.hasSuffix(".215"))
    #expect(instance(["nic.addresses": "second by dhcp"]).nics.map(\.addressing) == [nil])
  }

  @Test func advertisementsComeInOnThePrimaryNIC() {
    let made = instance(["nics": "2", "nic.addresses": "ipv4 and addrconf", "domain": "given", "routes": "one"])
    #expect(made.nics[0].ips == ["\(made.nics[0].address)/24", "addrconf"])
    #expect(made.nics[1].addressing == nil && made.domain?.hasPrefix(made.hostname) == true)
    #expect(made.routes?.first?.gateway.hasPrefix(String(made.nics[1].network.dropLast(1))) == true)
  }

  /// What a plan holds may be replayed, whatever was chosen.
  @Test func everyPromiseIsARightBoot() throws {
    for addresses in ["ipv4", "ipv4 and ipv6", "second by dhcp", "ipv4 and addrconf"] {
      let choices = ["nics": "2", "nic.addresses": addresses, "routes": "one", "domain": "given"]
      for seed in 0..<20 as Range<UInt64> {
        let boot = Boot(
          id: "01-x", hypervisor: "qemu", instance: instance(choices, seed: seed),
          layout: layOut(choices, leastMemory: .mebibytes(512)))
        #expect(problem(of: boot) == nil, "\(boot.instance)")
        #expect(try JSONDecoder().decode(Boot.self, from: JSONEncoder().encode(boot)) == boot)
      }
    }
  }

  @Test func whatNoPlanHoldsIsRefused() {
    let layout = layOut([:], leastMemory: .mebibytes(512))
    func problem(_ change: (inout Instance) -> Void) -> String? {
      var made = instance(["nic.addresses": "ipv4 and ipv6", "routes": "one", "domain": "given"])
      change(&made)
      return Planning.problem(of: Boot(id: "01-x", hypervisor: "qemu", instance: made, layout: layout))
    }
    #expect(problem { _ in } == nil)
    #expect(problem { $0.nics[0].secondAddress = "10.0.0.1,x=y" } == "a NIC's second address is none")
    for text in ["fd00::,restrict=off", "fd00", "fd00::g::", "", "fd00:"] {
      #expect(problem { $0.nics[0].network6?.prefix = text } == "a NIC's IPv6 address is none", "\(text)")
      #expect(problem { $0.nics[0].network6?.address = text } == "a NIC's IPv6 address is none", "\(text)")
    }
    for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/x", "/8", "10.0.0.0/8/8"] {
      #expect(problem { $0.routes?[0].destination = text } == "a route is none", "\(text)")
    }
    #expect(problem { $0.domain = "a b" } == "its domain is none")
  }
}
