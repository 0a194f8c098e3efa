import Testing

@testable import SecureShell

struct KeyExchangeOfferTests {
  private let banner = Array("welcome\r\nSSH-2.0-OpenSSH_9.2\r\n".utf8)
  private let lists = ["kex-a,kex-b", "ssh-ed25519", "aes256-ctr", "aes256-ctr", "etm", "etm", "none", "none", "", ""]

  /// A KEXINIT packet as it comes in the clear.
  private func packet(_ lists: [String], kind: UInt8 = 20) -> [UInt8] {
    let payload =
      [kind] + [UInt8](repeating: 7, count: 16) + lists.flatMap { sshString(Array($0.utf8)) } + [0, 0, 0, 0, 0]
    return sshString([4] + payload + [0, 0, 0, 0])
  }

  @Test func listsAreRead() throws {
    let offer = try #require(KeyExchangeOffer(opening: banner + packet(lists) + [1, 2, 3]))
    #expect(
      offer.names == [
        .keyExchange: ["kex-a", "kex-b"], .hostKey: ["ssh-ed25519"], .cipherUp: ["aes256-ctr"],
        .cipherDown: ["aes256-ctr"], .macUp: ["etm"], .macDown: ["etm"],
      ])
  }

  @Test func everyTruncationIsNothing() {
    let whole = banner + packet(lists)
    for count in 0..<whole.count {
      #expect(KeyExchangeOffer(opening: Array(whole.prefix(count))) == nil)
    }
  }

  @Test func otherPacketsAreNothing() {
    #expect(KeyExchangeOffer(opening: banner + packet(lists, kind: 2)) == nil)
    #expect(KeyExchangeOffer(opening: packet(lists)) == nil)
    #expect(KeyExchangeOffer(opening: banner + [0xff, 0xff, 0xff, 0xff] + packet(lists)) == nil)
    // A name-list that reaches past the packet, and padding that is longer than it.
    var broken = packet(lists)
    broken.replaceSubrange(22..<26, with: [0xff, 0xff, 0xff, 0xff])
    #expect(KeyExchangeOffer(opening: banner + broken) == nil)
    broken = packet(lists)
    broken[4] = 0xff
    #expect(KeyExchangeOffer(opening: banner + broken) == nil)
  }

  @Test func whatIsMissingIsNamedOnce() throws {
    let theirs = try #require(KeyExchangeOffer(opening: banner + packet(lists)))
    let ours = KeyExchangeOffer(names: [
      .keyExchange: ["kex-b"], .hostKey: ["ssh-ed25519"], .cipherUp: ["aes256-ctr"], .cipherDown: ["aes256-ctr"],
      .macUp: ["hmac"], .macDown: ["hmac"],
    ])
    #expect(theirs.missing(from: ours) == ["no common MAC: it offers etm; we have hmac"])
    #expect(ours.missing(from: ours) == [])
  }

  @Test func namesFromOutsideArePrintable() throws {
    var lists = lists
    lists[4] = "\u{1b}[2J"
    let offer = try #require(KeyExchangeOffer(opening: banner + packet(lists)))
    #expect(offer.names[.macUp] == [".[2J"])
  }
}
