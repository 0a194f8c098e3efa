/// Something that a guest says on its console that it waits for.
package struct ConsoleWait: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// A lease; the client's name, and the device if the line tells it.
    case dhcp(client: String, device: String?)
    /// A job of systemd: its name, and its time limit as systemd writes it.
    case job(String, limit: String?)
  }

  package var kind: Kind
  /// From power-on to the first line that told of it, and to the latest.
  package var since: Duration
  package var latest: Duration

  package init(_ kind: Kind, since: Duration, latest: Duration) {
    (self.kind, self.since, self.latest) = (kind, since, latest)
  }

  /// Whether both wait for the same.
  private func isSame(as other: Kind) -> Bool {
    switch (kind, other) {
    case (.dhcp(let client, _), .dhcp(let otherClient, _)): client == otherClient
    case (.job(let name, _), .job(let otherName, _)): name == otherName
    default: false
    }
  }

  /// One of these is in every line that begins a wait.
  static let words = ["DHCP", "udhcpc: ", "A start job "].map { Array($0.utf8) }

  /// How the wait under way goes on with `line`.
  static func follow(_ line: Substring, at time: Duration, _ wait: inout ConsoleWait?) {
    if let kind = begun(by: line) {
      if let current = wait, current.isSame(as: kind) {
        wait?.latest = time
        if case .dhcp(_, let device?) = kind { wait?.kind = .dhcp(client: current.client, device: device) }
      } else {
        wait = ConsoleWait(kind, since: time, latest: time)
      }
    } else if let current = wait, current.isEnded(by: line) {
      wait = nil
    }
  }

  private var client: String {
    if case .dhcp(let client, _) = kind { return client }
    return ""
  }

  private static func begun(by line: Substring) -> Kind? {
    if line.hasPrefix("DHCPDISCOVER on ") || line.contains("dhclient") && line.contains("DHCPDISCOVER on ") {
      return .dhcp(client: "dhclient", device: word(behind: "DHCPDISCOVER on ", in: line))
    }
    if line.contains("udhcpc: broadcasting discover") || line.contains("udhcpc: sending discover") {
      return .dhcp(client: "udhcpc", device: nil)
    }
    if line.hasSuffix(": soliciting a DHCP lease") {
      return .dhcp(client: "dhcpcd", device: line.split(separator: ":").dropLast().last.map { trimmed($0) })
    }
    let mark = "A start job is running for "
    guard line.hasPrefix("["), let start = line.firstRange(of: mark)?.upperBound else { return nil }
    // [  *** ] (1 of 2) A start job is running for Raise network interfaces (1min 2s / 5min 5s)
    let rest = line[start...]
    guard let paren = rest.lastIndex(of: "(") else { return .job(trimmed(rest), limit: nil) }
    let limit = rest[paren...].dropFirst().prefix { $0 != ")" }.split(separator: "/").last.map { trimmed($0) }
    return .job(trimmed(rest[..<paren]), limit: limit)
  }

  private func isEnded(by line: Substring) -> Bool {
    switch kind {
    case .dhcp:
      return line.contains("DHCPACK ") || line.contains("lease of ") || line.hasPrefix("bound to ")
        || line.contains(": leased ")
    case .job(let name, _):
      guard
        ["Finished ", "Started ", "Failed to start ", "Reached target ", "Found device "].contains(
          where: line.hasPrefix)
      else { return line.hasPrefix("[FAILED]") || line.hasPrefix("[ TIME ]") || line.hasPrefix("[DEPEND]") }
      return line.contains(name)
    }
  }

  private static func word(behind mark: String, in line: Substring) -> String? {
    line.firstRange(of: mark).flatMap { line[$0.upperBound...].split(separator: " ").first }.map {
      String($0.prefix(32))
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.prefix(120).reversed().drop { $0 == " " }.reversed())
  }
}
