import FileTrees
import Intake
import Model

// What says who the build machine was.

extension CleanCheck {
  static let ofIdentity = [
    CleanCheck(
      "clean.machine-id", "The image's machine-id is empty", .must, [23, 62],
      remedy: "Truncate /etc/machine-id as the last step of the build, and link or remove /var/lib/dbus/machine-id.",
      description: """
        /etc/machine-id must be absent, empty or 'uninitialized', and /var/lib/dbus/machine-id no file of its own with \
        an id: otherwise all instances are one machine to DHCP servers, journals and D-Bus.
        """
    ) { tree, _ in
      .judged(
        ["/etc/machine-id", "/var/lib/dbus/machine-id"].compactMap { path in
          guard let place = tree.resolve(path), let entry = tree.entry(place), entry.kind == .file, entry.size > 0,
            tree.lines(place) != ["uninitialized"]
          else { return nil }
          return "expected \(path) to be empty or absent, found \(entry.size) bytes in it"
        }, evidence: "files")
    },
    CleanCheck(
      "clean.hostname", "The build host's name is not in the image", .should, [20, 21, 64],
      remedy: "Remove /etc/hostname and the build host's names from the loopback lines of /etc/hosts.",
      description: """
        /etc/hostname should be absent, empty or 'localhost', and the lines of /etc/hosts for loopback addresses should \
        name nothing but localhost: the name comes from the metadata.
        """
    ) { tree, _ in .judged(namesLeft(in: tree), evidence: "names") },
    CleanCheck(
      "clean.resolv-conf", "/etc/resolv.conf names no server of the build", .should, [30, 64],
      remedy: "Truncate /etc/resolv.conf, or make it the link that the image's resolver wants.",
      description: """
        A regular /etc/resolv.conf with servers or domains of the build stays on instances whose metadata gives none, \
        and on those whose configuration only adds to it. A link to what is made at boot is good.
        """
    ) { tree, _ in
      guard tree.entry("/etc/resolv.conf")?.kind == .file else { return .passed }
      let lines = tree.lines("/etc/resolv.conf").filter { line in
        ["nameserver", "search", "domain"].contains { line.hasPrefix($0 + " ") || line.hasPrefix($0 + "\t") }
      }
      return .judged(
        lines.prefix(20).map { "expected an empty /etc/resolv.conf, found the line \(quoted($0))" },
        evidence: "resolv.conf")
    },
    CleanCheck(
      "clean.product", "/etc/product or /etc/motd agree with the manifest", .should, [13, 72],
      remedy: "Write the manifest's name and version into /etc/product and /etc/motd when the image is built.",
      description: """
        Name and version of the manifest should both stand in /etc/product, or in /etc/motd if there is no product \
        file: support looks there to know what an instance was made of. Case and punctuation do not count. Skipped when \
        there is no product file and the motd says neither.
        """
    ) { tree, manifest in
      guard let manifest else { return .skipped("no manifest was given to compare with") }
      return product(tree, name: manifest.name, version: manifest.version)
    },
    CleanCheck(
      "clean.interface-names", "No network configuration names a NIC by its slot", .should, [25, 73],
      remedy: """
        Put net.ifnames=0 on the kernel's command line and call NICs by the metadata's names, or have the configuration \
        made from the metadata at boot.
        """,
      description: """
        Names such as ens3 or enp0s3 come from the slot in which the build machine had its NIC. A configuration that \
        names one finds no NIC on an instance, or another one.
        """
    ) { tree, _ in .judged(slotNames(in: tree), evidence: "names") },
  ]

  private static func namesLeft(in tree: FileTree) -> [String] {
    var problems: [String] = []
    if let name = tree.lines("/etc/hostname").first, !isLocal(name), name != "(none)" {
      problems.append("expected no name in /etc/hostname, found \(quoted(name))")
    }
    for line in tree.lines("/etc/hosts").prefix(1000) {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard let address = words.first, address.hasPrefix("127.") || address == "::1" else { continue }
      for name in words.dropFirst() where !isLocal(name) {
        problems.append("expected only localhost for \(quoted(address)) in /etc/hosts, found \(quoted(name))")
      }
    }
    return Array(problems.prefix(50))
  }

  private static func isLocal(_ name: String) -> Bool {
    let name = name.lowercased()
    return name == "localhost" || name.hasPrefix("localhost.") || name == "localhost4" || name == "localhost6"
      || name.hasPrefix("localhost4.") || name.hasPrefix("localhost6.") || name.hasPrefix("ip6-") || name == "loopback"
  }

  private static func product(_ tree: FileTree, name: String, version: String) -> Judgement {
    let path = tree.file("/etc/product") != nil ? "/etc/product" : "/etc/motd"
    let text = bare(tree.text(path) ?? "")
    let missing = [("name", name), ("version", version)].filter { !text.contains(bare($0.1)) }
    if path == "/etc/motd", missing.count == 2 {
      return .skipped("there is no /etc/product, and /etc/motd names neither the image nor its version")
    }
    guard !missing.isEmpty else { return .passed }
    let first = tree.lines(path).prefix(4).joined(separator: "; ")
    return .failed(
      "expected the manifest's " + missing.map { "\($0.0) \(quoted($0.1))" }.joined(separator: " and ")
        + " in \(path), found \(quoted(first))")
  }

  /// Lower case, with one `-` for all that is neither letter nor digit.
  private static func bare(_ text: String) -> String {
    let words = text.lowercased().unicodeScalars.split { !$0.properties.isAlphabetic && !("0"..."9").contains($0) }
    return "-" + words.map { String($0) }.joined(separator: "-") + "-"
  }

  private static func slotNames(in tree: FileTree) -> [String] {
    let files = tree.found([
      "/etc/network/interfaces", "/etc/network/interfaces.d/*", "/etc/netplan/*", "/etc/systemd/network/*",
      "/etc/sysconfig/network-scripts/ifcfg-*", "/etc/NetworkManager/system-connections/*",
    ]).sorted()
    return files.prefix(200).compactMap { path in
      let words = tree.lines(path).joined(separator: "\n").split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
      guard let name = words.first(where: isSlotName) else { return nil }
      return "expected no NIC named by its slot, found \(quoted(String(name))) in \(quoted(path))"
    }
  }

  /// `ens3`, `enp0s3`, `eno1`, `enp1s0f1`: `en`, then letters of o, p, s, f, d, n each with digits.
  private static func isSlotName(_ word: Substring) -> Bool {
    guard word.hasPrefix("en"), word.count <= 15, let last = word.last, last.isNumber else { return false }
    var afterLetter = false
    for (index, character) in word.dropFirst(2).enumerated() {
      if character.isNumber {
        if index == 0 { return false }
        afterLetter = false
      } else {
        guard !afterLetter, (index == 0 ? "ops" : "sfdnp").contains(character) else { return false }
        afterLetter = true
      }
    }
    return true
  }
}
