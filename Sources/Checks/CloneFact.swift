import Model

/// One thing that two clones of an image must not have in common: who tells it, and what to say of it.
struct CloneFact: Sendable {
  /// What becomes of it when an instance is powered on again.
  enum Life: Sendable { case stays, changes, mayChange }
  /// Between which instances it is compared.
  enum Among: Sendable {
    /// Clones of the image; where one began with a copy of the other's used disk, that is left to ``usedDisk``.
    case clones
    /// One that began with a copy of a used disk, and the one that had used it.
    case usedDisk
  }

  var info: CheckInfo
  /// The guest check that notes it, and under which name; a note may hold several values, `a, b`.
  var teller: String
  var note: String
  /// `SSH host keys`.
  var noun: String
  /// Why two instances would have the same, after a colon.
  var cause: String
  var life: Life
  var among: Among

  private init(
    _ what: String, _ title: String, _ level: Level, clauses: [Int], teller: String, note: String, noun: String,
    cause: String, life: Life = .stays, among: Among = .clones, remedy: String, description: String
  ) {
    info = CheckInfo(
      id: "\(among == .clones ? "clones" : "reborn").\(what)", title: title, level: level, clauses: clauses,
      kind: .host,
      remedy: remedy, description: description)
    (self.teller, self.note, self.noun, self.cause, self.life) = (teller, note, noun, cause, life)
    self.among = among
  }

  static let all = [
    CloneFact(
      "host-keys", "Two instances have different SSH host keys, which a reboot keeps", .must, clauses: [24],
      teller: "identity.host-keys", note: "host-keys", noun: "SSH host keys",
      cause: "they were made when the image was built",
      remedy: "Remove the host keys from the image and make new ones at the first boot, and only then.",
      description: """
        Compares the public keys that identity.host-keys noted, over all boots. Whoever has one machine with a key of \
        the image can pass for every other.
        """),
    CloneFact(
      "shown-host-keys", "Two instances' SSH servers show different host keys, which a reboot keeps", .must,
      clauses: [24],
      teller: "ssh.host-keys", note: "host-keys", noun: "host keys that their SSH servers show",
      cause: "they were made when the image was built",
      remedy:
        "Remove the host keys from the image, wherever the SSH server reads them, and make new ones at first boot.",
      description: """
        Compares the keys that ssh.host-keys was shown from outside, over all boots: it sees keys that do not lie where \
        identity.host-keys looks, and a server that goes on with old ones.
        """),
    CloneFact(
      "machine-id", "Two instances have different machine ids, which a reboot keeps", .must, clauses: [23],
      teller: "identity.machine-id", note: "machine-id", noun: "machine id",
      cause: "it was made when the image was built",
      remedy: "Leave /etc/machine-id empty in the image, and on a file system that keeps what the first boot writes.",
      description: """
        Compares what identity.machine-id noted, over all boots. Journals, DHCP client ids and much else are made from it.
        """),
    CloneFact(
      "hostid", "Two instances have different host ids, which a reboot keeps", .should, clauses: [22],
      teller: "identity.hostid", note: "hostid", noun: "hostid", cause: "it is not made from the instance's uuid",
      remedy: "At the first boot write the first four bytes of sdc:uuid to /etc/hostid, in reversed order.",
      description: "Compares what identity.hostid noted, over all boots."),
    CloneFact(
      "random-seed", "Two instances have different random seeds, new at each boot", .should, clauses: [62],
      teller: "identity.random-seed", note: "random-seed", noun: "random seed", cause: "it came with the image",
      life: .changes,
      remedy: "Remove the seed from the image, and let the service that keeps it write a new one at each boot.",
      description: """
        Compares the digests that identity.random-seed noted, over all boots: machines that begin with the same seed may \
        draw the same numbers, and so may one machine twice.
        """),
    CloneFact(
      "dhcp-id", "Two instances have different DHCP client ids, which a reboot keeps", .should, clauses: [23],
      teller: "identity.dhcp-id", note: "dhcp-id", noun: "DHCP client id",
      cause: "it was made when the image was built",
      remedy: "Remove leases and ids of DHCP clients from the image.",
      description: """
        Compares what identity.dhcp-id noted, over all boots. Machines with the same id are given the same address.
        """),
    CloneFact(
      "hostname", "Two instances have different host names", .must, clauses: [19, 20],
      teller: "identity.hostname", note: "hostname", noun: "host name", cause: "it came with the image",
      life: .mayChange,
      remedy: "Remove /etc/hostname from the image, and set the name that the metadata gives.",
      description: "Compares what identity.hostname noted, over all boots."),
    CloneFact(
      "instance-id", "Two instances have different cloud-init instance ids", .must, clauses: [19],
      teller: "identity.uuid", note: "cloud-init", noun: "cloud-init instance id",
      cause: "cloud-init's cache came with the image",
      remedy: "Run 'cloud-init clean' before the image is taken, and set no 'manual_cache_clean'.",
      description: """
        Compares what identity.uuid noted of cloud-init, over all boots: with an old id it does nothing that is done once \
        an instance.
        """),
    CloneFact(
      "iscsi-name", "Two instances have different iSCSI initiator names, which a reboot keeps", .should, clauses: [19],
      teller: "identity.iscsi-name", note: "iscsi-name", noun: "iSCSI initiator name",
      cause: "it was made when the image was built",
      remedy: "Remove /etc/iscsi/initiatorname.iscsi from the image, or leave 'GenerateName=yes' in it.",
      description: "Compares what identity.iscsi-name noted, over all boots."),
    CloneFact(
      "host-keys", "A new instance on a used disk makes SSH host keys of its own", .must, clauses: [19, 24],
      teller: "identity.host-keys", note: "host-keys", noun: "SSH host keys",
      cause: "the new instance has kept those of the one before it", among: .usedDisk,
      remedy: "Make new host keys when sdc:uuid has changed since they were made (cloud-init: 'ssh_deletekeys: true').",
      description: """
        Compares an instance that began with a copy of another's disk with that other one, by what identity.host-keys \
        noted: so do machines that are made from an image of a machine.
        """),
    CloneFact(
      "machine-id", "A new instance on a used disk makes a machine id of its own", .should, clauses: [19, 23],
      teller: "identity.machine-id", note: "machine-id", noun: "machine id",
      cause: "the new instance has kept that of the one before it", among: .usedDisk,
      remedy: "When sdc:uuid has changed, empty /etc/machine-id and run 'systemd-machine-id-setup'.",
      description: """
        Compares an instance that began with a copy of another's disk with that other one, by what identity.machine-id \
        noted. cloud-init does not see to it, and prepare-image empties the file, so it is a warning only.
        """),
  ]

  /// What `findings` tell of it: the note's values, in order, none twice; nil when nothing is told.
  ///
  /// Guest text: at most ``mostValues`` of at most ``longestValue`` bytes.
  func values(in findings: [Finding]) -> [String]? {
    guard let text = findings.first(where: { $0.check == teller })?.notes[note] else { return nil }
    var values: [String] = []
    for part in text.utf8.prefix(Self.mostValues * Self.longestValue).split(separator: UInt8(ascii: ",")) {
      guard values.count < Self.mostValues else { break }
      let value = String(decoding: part.drop { $0 == 0x20 }.prefix(Self.longestValue), as: UTF8.self)
      if !value.isEmpty, !values.contains(value) { values.append(value) }
    }
    return values.isEmpty ? nil : values
  }

  static let mostValues = 16
  static let longestValue = 128
}
