import Foundation
import Metadata
import Model
import Testing

struct InstanceDictionaryTests {
  static let boot = Boot(
    id: "01-qemu-pc", hypervisor: "qemu",
    instance: Instance(
      uuid: "7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10", hostname: "imgv-two-nics", rootPassword: "geheim-1",
      nics: [
        .init(
          interface: "net0", mac: "90:b8:d0:3e:5a:01", address: "172.28.10.24", prefix: 24, gateway: "172.28.10.1",
          resolver: "172.28.10.53", dhcpStart: "172.28.10.100", primary: true, mtu: nil),
        .init(
          interface: "net1", mac: "90:b8:d0:3e:5a:02", address: "192.168.128.30", prefix: 22,
          gateway: "192.168.128.1", resolver: "192.168.128.3", dhcpStart: "192.168.128.100", primary: false, mtu: 1400),
      ],
      nonce: "5f0f6a1e93c44b0e"),
    layout: Layout(
      machine: .pc, cpus: 2, memory: .mebibytes(512),
      bootDisk: .init(model: .virtioBlk, place: .init(slot: 4), serial: "x"),
      nics: [.init(place: .init(slot: 5)), .init(place: .init(slot: 6))]))

  let dictionary = InstanceDictionary(boot: boot, authorizedKeys: ["ssh-ed25519 AAAA one", " ssh-ed25519 BBBB two\n"])

  static let values: [(String, String)] = [
    ("sdc:uuid", "7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10"), ("sdc:alias", "imgv-two-nics"),
    ("sdc:hostname", "imgv-two-nics"), ("sdc:datacenter_name", "imgverify-1"), ("sdc:ram", "512"), ("sdc:vcpus", "2"),
    ("sdc:server_uuid", "44454c4c-5900-1036-8052-b7c04f4d3032"),
    ("sdc:owner_uuid", "930896af-bf8c-48d4-885c-6573a94b1853"), ("sdc:routes", "[]"),
    ("sdc:resolvers", #"["172.28.10.53"]"#), ("root_pw", "geheim-1"),
    ("user-data", "imgverify nonce 5f0f6a1e93c44b0e\n"),
    (
      "sdc:nics",
      #"[{"interface":"net0","mac":"90:b8:d0:3e:5a:01","vlan_id":0,"nic_tag":"external","gateway":"172.28.10.1","#
        + #""gateways":["172.28.10.1"],"netmask":"255.255.255.0","ip":"172.28.10.24","ips":["172.28.10.24/24"],"#
        + #""network_uuid":"4f0d1d4c-6f6e-4f57-9b0a-000000000000","model":"virtio","primary":true},"#
        + #"{"interface":"net1","mac":"90:b8:d0:3e:5a:02","vlan_id":0,"nic_tag":"internal","#
        + #""netmask":"255.255.252.0","ip":"192.168.128.30","ips":["192.168.128.30/22"],"#
        + #""network_uuid":"4f0d1d4c-6f6e-4f57-9b0a-000000000001","model":"virtio","mtu":1400}]"#
    ),
    (
      "cloud-init:user-data",
      "#cloud-config\nwrite_files:\n- path: /var/tmp/imgverify.cloud-config\n  permissions: '0600'\n"
        + "  content: \"5f0f6a1e93c44b0e\\n\"\n"
    ),
  ]

  @Test(arguments: values) func keyHasItsValue(key: String, value: String) {
    #expect(dictionary.store.value(of: key) == value)
  }

  @Test(arguments: [
    (
      "sdc:nics",
      #"[{"interface":"net0","mac":"90:b8:d0:3e:5a:01","vlan_id":0,"nic_tag":"external","gateway":"172.28.10.1","#
        + #""gateways":["172.28.10.1","fd00:1::2"],"netmask":"255.255.255.0","ip":"172.28.10.24","#
        + #""ips":["172.28.10.24/24","172.28.10.10/24","fd00:1::30/64","addrconf"],"#
        + #""network_uuid":"4f0d1d4c-6f6e-4f57-9b0a-000000000000","model":"virtio","primary":true},"#
        + #"{"interface":"net1","mac":"90:b8:d0:3e:5a:02","vlan_id":0,"nic_tag":"internal","ip":"dhcp","#
        + #""ips":["dhcp"],"network_uuid":"4f0d1d4c-6f6e-4f57-9b0a-000000000001","model":"virtio","mtu":1400}]"#
    ),
    ("sdc:routes", #"[{"linklocal":false,"dst":"10.64.0.0/16","gateway":"172.28.10.11"}]"#),
    ("sdc:dns_domain", "one.example"),
  ]) func everythingThatANICCanBePromised(key: String, value: String) {
    var dictionary = dictionary
    dictionary.instance.nics[0].secondAddress = "172.28.10.10"
    dictionary.instance.nics[0].network6 = .init(prefix: "fd00:1::", address: "fd00:1::30", gateway: "fd00:1::2")
    dictionary.instance.nics[0].addressing = .addrconf
    dictionary.instance.nics[1].addressing = .dhcp
    dictionary.instance.routes = [.init(destination: "10.64.0.0/16", gateway: "172.28.10.11")]
    dictionary.instance.domain = "one.example"
    #expect(dictionary.store.value(of: key) == value)
  }

  /// Ours, each on a line of its own, then one that nobody can use.
  @Test func theKeysOfRoot() {
    let companion = InstanceDictionary.companionKey(nonce: "5f0f6a1e93c44b0e")
    #expect(
      dictionary.store.value(of: "root_authorized_keys")
        == "ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n\(companion)\n")
  }

  @Test(arguments: [
    "sdc:image_uuid", "sdc:dns_domain", "sdc:vendor-data", "hostname", "iptables_disable", "motd_sys_info",
    "operator-script", "overwrite_root_akeys", "imgverify:big",
  ]) func keyIsNotFound(key: String) {
    #expect(dictionary.store.lookup(key) == .notFound)
  }

  @Test func keysAreTheCustomersAndThePassword() {
    #expect(
      MetadataStore(boot: InstanceDictionaryTests.boot, authorizedKeys: []).keys
        == ["root_authorized_keys", "user-script", "user-data", "cloud-init:user-data", "imgverify:odd", "root_pw"])
  }

  @Test(
    arguments: zip(
      [0, 1, 8, 22, 24, 31, 32],
      [
        "0.0.0.0", "128.0.0.0", "255.0.0.0", "255.255.252.0", "255.255.255.0", "255.255.255.254", "255.255.255.255",
      ])) func netmaskOfAPrefix(prefix: Int, mask: String) throws
  {
    var dictionary = dictionary
    dictionary.instance.nics[0].prefix = prefix
    #expect(dictionary.store.value(of: "sdc:nics.0.netmask") == mask)
  }

  /// What a later boot is given, and what of it must stay as it was.
  @Test func anotherEditionChangesWhatItSays() throws {
    var boot = InstanceDictionaryTests.boot
    boot.edition = MetadataEdition(
      hostname: "imgv-new", nonce: "second", userScript: .removed, operatorScript: .fails, overwritesKeys: true,
      bigLines: 2)
    let store = MetadataStore(boot: boot, authorizedKeys: ["ssh-ed25519 AAAA one"])
    #expect(store.value(of: "sdc:hostname") == "imgv-new")
    #expect(store.value(of: "user-data") == "imgverify nonce second\n")
    #expect(store.lookup("user-script") == .notFound)
    #expect(store.value(of: "overwrite_root_akeys") == "overwrite")
    #expect(store.value(of: "imgverify:big") == "second 00000000000000\nsecond 00000000000001\n")
    let keys = store.value(of: "root_authorized_keys") ?? ""
    #expect(keys == "ssh-ed25519 AAAA one\n\(InstanceDictionary.companionKey(nonce: "second"))\n")
    let script = try #require(store.value(of: "sdc:operator-script"))
    #expect(script.hasSuffix("exit 1\n") && script.contains("'second'"))
    // Taken once an instance.
    #expect(store.value(of: "cloud-init:user-data") == dictionary.store.value(of: "cloud-init:user-data"))
    #expect(store.value(of: "root_pw") == "geheim-1" && store.value(of: "sdc:uuid") == boot.instance.uuid)
  }

  /// Type, length and point, as every SSH server takes apart.
  @Test func theCompanionKeyIsAKey() throws {
    let words = InstanceDictionary.companionKey(nonce: "5f0f6a1e93c44b0e").split(separator: " ")
    let blob = try #require(Data(base64Encoded: String(words[1])))
    #expect(words[0] == "ssh-ed25519" && blob.count == 4 + 11 + 4 + 32)
    #expect(Array(blob.prefix(15)) == [0, 0, 0, 11] + Array("ssh-ed25519".utf8))
    #expect(Array(blob[15..<19]) == [0, 0, 0, 32])
    #expect(InstanceDictionary.companionKey(nonce: "a") != InstanceDictionary.companionKey(nonce: "b"))
  }

  /// The scripts, run for real by sh, with their mark moved to a scratch folder and an mdata-put that writes down.
  @Test(arguments: [true, false], ["5f0f", "it's $(a) \"word\""])
  func scriptsLeaveTheirMark(operatorScript: Bool, nonce: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "imgverify-\(UUID())").path
    try FileManager.default.createDirectory(atPath: "\(folder)/bin", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("#!/bin/sh\nprintf '%s=%s' \"$1\" \"$2\" >\(folder)/put\n".utf8).write(
      to: URL(filePath: "\(folder)/bin/mdata-put"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/bin/mdata-put")
    var dictionary = dictionary
    dictionary.instance.nonce = nonce
    let mark = operatorScript ? InstanceDictionary.operatorScriptMark : InstanceDictionary.userScriptMark
    let script = try #require(dictionary.store.value(of: operatorScript ? "sdc:operator-script" : "user-script"))
    #expect(script.contains(">>\(mark)\n"))
    let moved = script.replacing(mark, with: "\(folder)/mark")
    for _ in 0..<2 {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", moved]
      process.environment = ["PATH": "\(folder)/bin:/usr/bin:/bin"]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    let lines = try String(contentsOfFile: "\(folder)/mark", encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.hasPrefix("\(nonce) ") && Int($0.split(separator: " ").last!) != nil })
    let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/mark")[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let put = try String(contentsOfFile: "\(folder)/put", encoding: .utf8)
    #expect(put == "imgverify:\(operatorScript ? "operator" : "user")-script=\(nonce)")
  }

  /// The worked example of the dictionary reference: its store answers its frames, and KEYS in V1.
  @Test(arguments: Chunking.all) func theWorkedExample(chunking: Chunking) throws {
    let lines = String(decoding: try Fixture.bytes("two-nics.frames"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 32)
    var session = MetadataSession(store: try MetadataStore(parsing: try Fixture.bytes("two-nics.store.json")))
    for index in stride(from: 0, to: lines.count, by: 2) {
      let answer = session.answers(to: Array("\(lines[index])\n".utf8), chunking)
      #expect(String(decoding: answer, as: UTF8.self) == "\(lines[index + 1])\n")
    }
    #expect(
      session.answer("KEYS\n")
        == "SUCCESS\nroot_authorized_keys\nuser-script\nuser-data\ncloud-init:user-data\n.\n")
  }
}
