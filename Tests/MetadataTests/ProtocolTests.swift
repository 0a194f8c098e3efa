import Metadata
import Model
import Testing

/// The examples of the protocol reference, and the corners that they leave.
struct ProtocolTests {
  @Test(arguments: [
    ("", "invalid command\n"), ("   ", "invalid command\n"), (" GET x", "invalid command\n"),
    ("GET", "invalid command\n"), ("NEGOTIATE", "invalid command\n"), ("GET \r", "invalid command\n"),
    ("NEGOTIATE V2", "V2_OK\n"), ("NEGOTIATE V2\r", "V2_OK\n"), ("NEGOTIATE V3", "FAILURE\n"),
    ("NEGOTIATE v2", "FAILURE\n"), ("NEGOTIATE  V2", "FAILURE\n"), ("NEGOTIATE V1", "FAILURE\n"),
    ("GET nope", "NOTFOUND\n"), ("GET   name  ", "SUCCESS\nvalue\n.\n"), ("GET name\r", "SUCCESS\nvalue\n.\n"),
    ("GET\tname", "SUCCESS\nvalue\n.\n"), ("PUT a b", "FAILURE\n"), ("DELETE a", "FAILURE\n"), ("get a", "FAILURE\n"),
    ("BOGUS", "FAILURE\n"), ("\u{212a}EYS", "FAILURE\n"), ("KEYS", "SUCCESS\nname\nempty\nfinal\n.\n"),
    ("KEYS all", "SUCCESS\nname\nempty\nfinal\n.\n"), ("GET empty", "SUCCESS\n\n.\n"),
    ("GET final", "SUCCESS\n..x\n...\n\n.\n"), ("V2 zz", ""), ("V2", ""), ("GET name\rGET nope", "SUCCESS\nvalue\n.\n"),
  ]) func lineIsAnsweredAsTheTableSays(line: String, answer: String) {
    var session = MetadataSession(store: MetadataStore(["name": "value", "empty": "", "final": ".x\n..\n"]))
    #expect(session.answer(line + "\n") == answer)
  }

  @Test func emptyListOfKeys() {
    var session = MetadataSession(store: MetadataStore([:]))
    #expect(session.answer("KEYS\n") == "SUCCESS\n\n.\n")
    #expect(session.answer("V2 13 67351a51 00c0ffee KEYS\n") == "V2 16 4caaea76 00c0ffee SUCCESS\n")
  }

  @Test func dotsAreDoubledAfterEveryKindOfLineEnd() {
    var session = MetadataSession(store: MetadataStore(["user-script": "#!/bin/bash\n.hidden line\necho hi\n"]))
    #expect(session.answer("GET user-script\n") == "SUCCESS\n#!/bin/bash\n..hidden line\necho hi\n\n.\n")
    session = MetadataSession(store: MetadataStore(["k": ".a\r.b\u{2028}.c\r\n.d"]))
    #expect(session.answer("GET k\n") == "SUCCESS\n..a\r..b\u{2028}..c\r\n..d\n.\n")
  }

  static let scripted: KeyValuePairs = [
    "sdc:uuid": "a8b1a1c4-7d53-4b1a-9d0a-0f8e2c1d3b5a", "sdc:tags.role": "gate",
    "root_authorized_keys": "ssh-ed25519 AAAA", "user-script": "#!/bin/bash\n.hidden line\necho hi\n",
  ]
  static let worded: KeyValuePairs = ["clé": "naïve ☃\n", "root_pw": "s3cret"]

  /// Section 4.2, in the order of the text; an empty answer is silence.
  static let frames: [(String, String)] = [
    (
      "V2 25 641b33af 0123abcd GET c2RjOnV1aWQ=",
      "V2 65 2004977a 0123abcd SUCCESS YThiMWExYzQtN2Q1My00YjFhLTlkMGEtMGY4ZTJjMWQzYjVh"
    ),
    ("V2 29 4347771e 0000000a GET bm8tc3VjaC1rZXk=", "V2 17 9929f613 0000000a NOTFOUND"),
    (
      "V2 13 67351a51 00c0ffee KEYS",
      "V2 61 3b9f1dd8 00c0ffee SUCCESS cm9vdF9hdXRob3JpemVkX2tleXMKdXNlci1zY3JpcHQ="
    ),
    (
      "V2 57 45b51b35 7f3a9c01 PUT YVcxbmRtVnlhV1o1T20xaGNtdGxjZz09IFltOXZkRDB4",
      "V2 21 1457fea4 7f3a9c01 SUCCESS T0s="
    ),
    ("V2 40 ef9ce5b0 7f3a9c02 DELETE aW1ndmVyaWZ5Om1hcmtlcg==", "V2 21 6836db7f 7f3a9c02 SUCCESS T0s="),
    (
      "V2 37 1276801e 7f3a9c03 PUT YzJSak9uVjFhV1E9IGVBPT0=",
      "V2 65 a84c4c21 7f3a9c03 FAILURE Q2Fubm90IHVwZGF0ZSB0aGUgInNkYyIgTmFtZXNwYWNlLg=="
    ),
    ("V2 21 d9625179 7f3a9c04 PUT Wm05diA=", "V2 45 f4473a12 7f3a9c04 FAILURE SW52YWxpZCBQVVQgUmVxdWVzdA=="),
    (
      "V2 23 9148d603 7f3a9c05 NEGOTIATE VjI=",
      "V2 53 b7b23dfd 7f3a9c05 FAILURE VW5rbm93biBjb21tYW5kIE5FR09USUFURQ=="
    ),
    ("V2 12 55f1a730 7f3a9c06 GET", "V2 45 96f196b0 7f3a9c06 FAILURE SW52YWxpZCBHRVQgUmVxdWVzdA=="),
    (
      "V2 28 2a75a15d 7f3a9c07 DELETE c2RjOm5pY3M=",
      "V2 65 5821742c 7f3a9c07 FAILURE Q2Fubm90IHVwZGF0ZSB0aGUgInNkYyIgTmFtZXNwYWNlLg=="
    ),
    ("V2 19 b86b3d5e 0badf00d BOGUS eA==", "V2 45 43056a84 0badf00d FAILURE VW5rbm93biBjb21tYW5kIEJPR1VT"),
    (
      "V2 29 30aea1ea 7f3a9c0a GET dXNlci1zY3JpcHQ=",
      "V2 61 8588cd27 7f3a9c0a SUCCESS IyEvYmluL2Jhc2gKLmhpZGRlbiBsaW5lCmVjaG8gaGkK"
    ),
    ("V2 33 9d87661a 5e1f0c2a GET c2RjOnRhZ3Mucm9sZQ==", "V2 25 7cce2c9d 5e1f0c2a SUCCESS Z2F0ZQ=="),
    ("V2 17 00000000 5e1f0c2a GET eA==", ""), ("V2 7 fe1a04c0 5e1f0c2a GET eA==", ""),
    ("V2 0 00000000 5e1f0c2a GET", ""), ("V2 zz", ""),
  ]

  @Test func workedFrames() {
    var session = MetadataSession(store: MetadataStore(ProtocolTests.scripted))
    for (request, answer) in ProtocolTests.frames {
      #expect(session.answer(request + "\n") == (answer.isEmpty ? "" : answer + "\n"), "\(request)")
    }
    session = MetadataSession(store: MetadataStore(ProtocolTests.worded))
    #expect(
      session.answer("V2 21 dcbdaffc 7f3a9c09 GET Y2zDqQ==\n")
        == "V2 33 d91b428c 7f3a9c09 SUCCESS bmHDr3ZlIOKYgwo=\n")
    #expect(
      session.answer("V2 25 bb0679ed 00000001 GET cm9vdF9wdw==\n") == "V2 25 a8267e7b 00000001 SUCCESS czNjcmV0\n")
  }

  @Test func theFrameWithoutTextForAValueThatCannotBeSent() {
    var session = MetadataSession(
      store: MetadataStore(machine: .object([.init("tags", .object([.init("role", .string("gate"))]))])))
    let request = MetadataFrame(id: "7f3a9c08", code: "GET", content: Array("sdc:tags".utf8)).line
    #expect(session.answer(request) == "V2 16 432459cb 7f3a9c08 FAILURE\n")
  }

  /// A frame may hide behind other words; blanks between fields count once.
  @Test(arguments: [
    ("V2 x25 25 641b33af 0123abcd GET c2RjOnV1aWQ=", false), ("V2 noise 25 641b33af 0123abcd GET c2RjOnV1aWQ=", true),
    ("V2 a25 641b33af   0123abcd \t GET c2RjOnV1aWQ=", true), ("V2 025 641b33af 0123abcd GET c2RjOnV1aWQ=", true),
    ("V2 25 641b33af 0123abcd  GET c2RjOnV1aWQ=   ", true), ("V2 25 641B33AF 0123abcd GET c2RjOnV1aWQ=", false),
    ("V2 25 641b33af 0123abcd GET  c2RjOnV1aWQ=", false), ("V2 25x 641b33af 0123abcd GET c2RjOnV1aWQ=", false),
    ("V2 99999999999999999999999 641b33af 0123abcd GET c2RjOnV1aWQ=", false),
    ("V2 25 641b33af 0123abcd", false), ("v2 25 641b33af 0123abcd GET c2RjOnV1aWQ=", false),
  ]) func framesAreSearchedForAsTheAgentDoes(line: String, found: Bool) {
    var session = MetadataSession(store: MetadataStore(ProtocolTests.scripted))
    #expect(session.answer(line + "\n").hasPrefix("V2 65 2004977a 0123abcd SUCCESS") == found)
  }

  @Test func lengthsAreCountedInUTF16AndChecksumsInUTF8() {
    let body = "ab GET bmFtZQ== 😀"
    let frame = "V2 \(body.utf16.count) \(CRC32.text(body.utf8)) \(body)\n"
    var session = MetadataSession(store: MetadataStore(["name": "v"]))
    #expect(session.answer(frame) == MetadataFrame(id: "ab", code: "SUCCESS", content: [0x76]).line)
  }

  @Test func invalidUTF8InAKeyBecomesTheReplacementCharacter() {
    var session = MetadataSession(store: MetadataStore(["a\u{fffd}": "odd"]))
    #expect(String(decoding: session.answers(to: Array("GET a".utf8) + [0xff, 0x0a]), as: UTF8.self).contains("odd"))
    let request = MetadataFrame(id: "1", code: "GET", content: [0x61, 0xff]).line
    #expect(session.answer(request) == MetadataFrame(id: "1", code: "SUCCESS", content: Array("odd".utf8)).line)
  }

  /// Two spellings of one letter are two keys on the wire, though Swift's strings compare equal.
  @Test func keysAreComparedByteByByte() {
    var session = MetadataSession(store: MetadataStore(["e\u{301}": "two", "é": "one"]))
    #expect(session.answer("GET é\n") == "SUCCESS\none\n.\n")
    #expect(session.answer("GET e\u{301}\n") == "SUCCESS\ntwo\n.\n")
  }

  @Test func checksumOfTheReference() {
    #expect(CRC32.text("123456789".utf8) == "cbf43926")
    #expect(CRC32.text([]) == "00000000")
  }

  @Test(arguments: [
    ("", ""), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc"), ("YQ", "a"), ("Y!W\nI", "ab"), ("Y", ""), ("!!!!", ""),
    ("-_8=", "\u{fffd}\u{fffd}"),
  ]) func base64IsReadLeniently(text: String, value: String) {
    #expect(String(decoding: Base64.decode(text.utf8), as: UTF8.self) == value)
  }

  @Test func base64GoesRound() {
    for length in 0..<70 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
      #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
      #expect(Base64.encode(bytes).utf8.count == (length + 2) / 3 * 4)
    }
  }
}
