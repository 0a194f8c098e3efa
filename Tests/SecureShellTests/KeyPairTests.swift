import CCrypto
import Foundation
import Model
import Testing

@testable import SecureShell

struct KeyPairTests {
  @Test func signaturesVerify() throws {
    let key = try KeyPair.generate(comment: "imgverify run 7")
    let message = Array("what libssh2 wants signed".utf8)
    let signature = try key.sign(message)
    #expect(signature.count == 64)
    #expect(verifies(signature, of: message, publicBlob: key.publicBlob))
    #expect(!verifies(signature, of: message + [0], publicBlob: key.publicBlob))
    #expect(try !verifies(signature, of: message, publicBlob: KeyPair.generate(comment: "").publicBlob))
    #expect(try verifies(key.sign([]), of: [], publicBlob: key.publicBlob))
  }

  @Test func blobHasTheShapeOfRFC8709() throws {
    let blob = try KeyPair.generate(comment: "x").publicBlob
    #expect(blob.count == 51)
    #expect(Array(blob.prefix(19)) == [0, 0, 0, 11] + Array("ssh-ed25519".utf8) + [0, 0, 0, 32])
  }

  @Test func lineIsWhatAuthorizedKeysWants() throws {
    let key = try KeyPair.generate(comment: "imgverify run 7")
    let words = key.authorizedKey.split(separator: " ", maxSplits: 2)
    #expect(words.first == "ssh-ed25519")
    #expect(words.last == "imgverify run 7")
    #expect(Data(base64Encoded: String(words[1])).map(Array.init) == key.publicBlob)
    #expect(try KeyPair.generate(comment: "").authorizedKey.split(separator: " ").count == 2)
  }

  @Test(arguments: ["two\nlines", "a\0b", "tab\t", "ü"])
  func commentThatBreaksTheLineIsRefused(comment: String) {
    #expect { try KeyPair.generate(comment: comment) } throws: { ($0 as? VerifyError)?.code == .usage }
  }

  @Test(.enabled(if: isExecutable("/usr/bin/ssh-keygen"), "ssh-keygen is not installed"))
  func opensshReadsTheLine() throws {
    let key = try KeyPair.generate(comment: "imgverify run 7")
    let folder = try Folder()
    try folder.write(key.authorizedKey + "\n", to: "key.pub")
    let line = try output(of: "/usr/bin/ssh-keygen", ["-l", "-f", folder.path("key.pub")])
    #expect(line == "256 \(key.fingerprint) imgverify run 7 (ED25519)\n")
  }

  @Test(
    .enabled(if: isExecutable("/usr/bin/ssh-keygen"), "ssh-keygen is not installed"), arguments: ["", "a", "run 7"])
  func opensshReadsThePrivateFile(comment: String) throws {
    let key = try KeyPair.generate(comment: comment)
    let folder = try Folder()
    let text = try key.openSSHFile()
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 70 })
    try folder.write(text, to: "key")
    // ssh-keygen refuses a private key that others may read.
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path("key"))
    // It works the public half out from the private one, and compares the two.
    #expect(try output(of: "/usr/bin/ssh-keygen", ["-y", "-f", folder.path("key")]) == key.authorizedKey + "\n")
  }

  private func verifies(_ signature: [UInt8], of message: [UInt8], publicBlob: [UInt8]) -> Bool {
    let bare = Array(publicBlob.suffix(32))
    let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bare, bare.count)
    let context = EVP_MD_CTX_new()
    defer {
      EVP_MD_CTX_free(context)
      EVP_PKEY_free(key)
    }
    return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}
