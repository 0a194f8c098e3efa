/// What one side of an SSH connection can do: the name-lists of its KEXINIT packet (RFC 4253, 7.1).
///
/// libssh2 says only that nothing was agreed on; a person wants to know what was missing.
package struct KeyExchangeOffer: Sendable, Equatable {
  /// The kinds of algorithms that must be agreed on, in the order of the packet and with libssh2's numbers.
  package enum Kind: Int, CaseIterable, Sendable {
    case keyExchange, hostKey, cipherUp, cipherDown, macUp, macDown

    var name: String {
      switch self {
      case .keyExchange: "key exchange"
      case .hostKey: "host key"
      case .cipherUp, .cipherDown: "cipher"
      case .macUp, .macDown: "MAC"
      }
    }
  }

  package var names: [Kind: [String]]

  init(names: [Kind: [String]]) { self.names = names }

  /// The offer in the first bytes that a server sent in the clear, `nil` when it is not (wholly) there.
  ///
  /// Shape: lines, the last of which begins with `SSH-`, then the packet: length, padding length, 20, 16 bytes of
  /// cookie, name-lists.
  init?(opening bytes: [UInt8]) {
    guard let packet = KeyExchangeOffer.packet(after: bytes[...]), packet.count > 22 else { return nil }
    var rest = packet.dropFirst(4)
    let padding = Int(rest.removeFirst())
    guard rest.count >= padding else { return nil }
    self.init(payload: rest.dropLast(padding))
  }

  /// The offer in a KEXINIT packet without its frame: 20, 16 bytes of cookie, name-lists.
  init?(payload: some Sequence<UInt8>) {
    var rest = Array(payload)[...]
    guard rest.count >= 17, rest.removeFirst() == 20 else { return nil }
    rest = rest.dropFirst(16)
    var names: [Kind: [String]] = [:]
    for kind in Kind.allCases {
      guard let count = KeyExchangeOffer.length(at: rest), rest.count >= 4 + count else { return nil }
      names[kind] = rest.dropFirst(4).prefix(count).split(separator: UInt8(ascii: ",")).map {
        printable($0, limit: 64)
      }
      rest = rest.dropFirst(4 + count)
    }
    self.init(names: names)
  }

  /// The packet's payload, with no compression and no languages.
  var payload: [UInt8] {
    let lists = Kind.allCases.flatMap { sshString(Array((names[$0] ?? []).joined(separator: ",").utf8)) }
    let none = sshString(Array("none".utf8))
    return [20] + [UInt8](repeating: 0x69, count: 16) + lists + none + none + sshString([]) + sshString([])
      + [0, 0, 0, 0, 0]
  }

  /// One clause for each kind that `self` (the server) and `ours` have nothing of in common.
  func missing(from ours: KeyExchangeOffer) -> [String] {
    var clauses: [String] = []
    for kind in Kind.allCases {
      let (theirs, known) = (names[kind] ?? [], ours.names[kind] ?? [])
      // A cipher that authenticates by itself needs no MAC; libssh2 1.10 has none of those.
      guard Set(theirs).isDisjoint(with: known) else { continue }
      let offered = theirs.isEmpty ? "none" : theirs.prefix(12).joined(separator: ", ")
      let clause = "no common \(kind.name): it offers \(offered); we have \(known.joined(separator: ", "))"
      if clauses.last != clause { clauses.append(clause) }
    }
    return clauses
  }

  /// The whole first packet behind the line that begins with `SSH-`.
  private static func packet(after bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      guard line.starts(with: Array("SSH-".utf8)) else { continue }
      guard let length = length(at: rest), (1...35000).contains(length), rest.count >= 4 + length else { return nil }
      return rest.prefix(4 + length)
    }
    return nil
  }

  private static func length(at bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return Int(bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
  }
}
