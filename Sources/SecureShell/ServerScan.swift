package import Model

/// What an SSH server offers, and all its host keys, as whoever connects can see it without logging in.
///
/// Each host key takes a connection of its own, in which a key exchange is begun and not gone through with: the server
/// sends its key in the clear, in its answer to a number that needs no secret. So this sees servers that libssh2 cannot
/// talk to, and keys of kinds that it does not know.
package struct ServerScan: Sendable, Equatable {
  /// The server's first line; printable, at most 255 characters.
  package var banner: String
  package var offer: KeyExchangeOffer
  /// The key that the server shows for each host key algorithm that it offers, in the order of its offer.
  package var hostKeys: [HostKey]
  /// Algorithms for which it showed none, and why.
  package var withoutKey: [String: String]

  package struct HostKey: Sendable, Equatable {
    package var algorithm: String
    package var blob: HostKeyBlob
  }

  /// At most this many of a server's algorithms are asked for.
  private static let algorithmLimit = 16

  /// Looks at the server at `host`, a numeric address.
  ///
  /// - Throws: ``VerifyError``: `.closed`, `.timedOut`, `.protocolViolation` when it is no SSH server.
  package static func of(_ host: String, port: UInt16, until deadline: Deadline) async throws -> ServerScan {
    var opening = try await ScanDialogue(host, port, until: deadline)
    let offer = try await opening.offer()
    opening.close()
    var scan = ServerScan(banner: opening.banner, offer: offer, hostKeys: [], withoutKey: [:])
    // RSA has three names for one key: the strongest signature will do.
    var isRSASeen = false
    for algorithm in scan.offer.names[.hostKey, default: []].prefix(algorithmLimit) {
      let isRSA = ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"].contains(algorithm)
      if isRSA, isRSASeen { continue }
      do {
        var dialogue = try await ScanDialogue(host, port, until: deadline)
        defer { dialogue.close() }
        let blob = HostKeyBlob(try await dialogue.hostKey(algorithm))
        scan.hostKeys.append(HostKey(algorithm: algorithm, blob: blob))
        if isRSA { isRSASeen = true }
      } catch let error as VerifyError where error.code != .timedOut {
        scan.withoutKey[algorithm] = error.message
      }
    }
    return scan
  }
}

/// One connection of a scan, in the clear.
private struct ScanDialogue {
  private let stream: DescriptorStream
  private let name: String
  private let deadline: Deadline
  private var bytes: [UInt8] = []
  private(set) var banner = ""

  /// Connects, exchanges banners.
  init(_ host: String, _ port: UInt16, until deadline: Deadline) async throws {
    stream = DescriptorStream(owning: try await connectedSocket(to: host, port: port, until: deadline))
    name = "ssh \(host):\(port)"
    self.deadline = deadline
    try await stream.write(Array("SSH-2.0-imgverify_scan\r\n".utf8), until: deadline)
    var seen = 0
    while true {
      while let end = bytes.firstIndex(of: 0x0a) {
        let line = bytes[..<end]
        bytes = Array(bytes[(end + 1)...])
        seen += line.count
        if line.starts(with: Array("SSH-".utf8)) {
          banner = printable(line.last == 0x0d ? line.dropLast() : line, limit: 255)
          return
        }
      }
      guard seen + bytes.count < 16 << 10 else {
        throw VerifyError(.protocolViolation, "\(name): no SSH server: no line of it begins with SSH-")
      }
      try await more("sent its banner")
    }
  }

  func close() { stream.close() }

  mutating func offer() async throws -> KeyExchangeOffer {
    guard let offer = KeyExchangeOffer(payload: try await payload()) else {
      throw VerifyError(.protocolViolation, "\(name): its first packet is no offer of algorithms")
    }
    return offer
  }

  /// The blob of the host key that the server uses for `algorithm`.
  mutating func hostKey(_ algorithm: String) async throws -> [UInt8] {
    let theirs = try await offer()
    guard let exchange = ScanExchange.all.first(where: { theirs.names[.keyExchange, default: []].contains($0.name) })
    else {
      throw VerifyError(
        .noCommonAlgorithm, "\(name): offers none of the key exchanges with which a host key can be seen")
    }
    var ours = theirs
    ours.names[.keyExchange] = [exchange.name]
    ours.names[.hostKey] = [algorithm]
    try await send(ours.payload)
    try await send(exchange.opening)
    while true {
      let answer = try await payload()
      switch answer.first {
      case exchange.answer:
        var reader = SSHReader(answer.dropFirst())
        guard let blob = reader.string() else {
          throw VerifyError(.protocolViolation, "\(name): no host key in its answer")
        }
        return Array(blob)
      case 2, 3, 4: continue  // ignore, unimplemented, debug
      case 1: throw VerifyError(.closed, "\(name): it disconnects")
      default: throw VerifyError(.protocolViolation, "\(name): no host key, but packet \(answer.first ?? 0)")
      }
    }
  }

  private func send(_ payload: [UInt8]) async throws {
    try await stream.write(plainPacket(payload), until: deadline)
  }

  /// The next packet without its frame.
  private mutating func payload() async throws -> [UInt8] {
    while true {
      if bytes.count >= 5 {
        let length = Int(bytes[0]) << 24 | Int(bytes[1]) << 16 | Int(bytes[2]) << 8 | Int(bytes[3])
        let padding = Int(bytes[4])
        guard (2...35_000).contains(length), padding < length else {
          throw VerifyError(.protocolViolation, "\(name): a packet of \(length) bytes")
        }
        if bytes.count >= 4 + length {
          defer { bytes = Array(bytes[(4 + length)...]) }
          return Array(bytes[5..<(4 + length - padding)])
        }
      }
      try await more("answered")
    }
  }

  private mutating func more(_ what: String) async throws {
    let next: [UInt8]
    do {
      next = try await stream.read(atMost: 16 << 10, until: deadline)
    } catch let error as VerifyError where error.code == .timedOut {
      throw VerifyError(.timedOut, "\(name): it has not \(what) before the deadline")
    }
    guard !next.isEmpty else { throw VerifyError(.closed, "\(name): the connection ended before it had \(what)") }
    bytes += next
  }
}

/// The first message of a key exchange that can be begun without making a secret.
private struct ScanExchange {
  var name: String
  var opening: [UInt8]
  /// The number of the message that answers it.
  var answer: UInt8

  static let all: [ScanExchange] =
    ["curve25519-sha256", "curve25519-sha256@libssh.org"].map { name in
      // Any 32 bytes are a point of this curve.
      ScanExchange(name: name, opening: [30] + sshString([9] + [UInt8](repeating: 0, count: 31)), answer: 31)
    }
    + [
      ScanExchange(name: "ecdh-sha2-nistp256", opening: [30] + sshString(nistP256Generator), answer: 31)
    ]
    + ["diffie-hellman-group14-sha256", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"].map { name in
      // Any number between 1 and the prime; OpenSSH refuses those with few bits set.
      ScanExchange(name: name, opening: [30] + sshString([UInt8](repeating: 0x5A, count: 120)), answer: 31)
    }

  /// The generator of the curve NIST P-256, not compressed (SEC 2, 2.4.2).
  private static let nistP256Generator: [UInt8] = [
    0x04, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03,
    0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96, 0x4F, 0xE3, 0x42, 0xE2, 0xFE,
    0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33, 0x57, 0x6B, 0x31, 0x5E, 0xCE,
    0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5,
  ]
}

/// A packet before any key is in use: length, padding length, payload, padding (RFC 4253, 6).
private func plainPacket(_ payload: [UInt8]) -> [UInt8] {
  var padding = 8 - (5 + payload.count) % 8
  if padding < 4 { padding += 8 }
  let packet = [UInt8(padding)] + payload + [UInt8](repeating: 0, count: padding)
  return withUnsafeBytes(of: UInt32(packet.count).bigEndian) { Array($0) } + packet
}
