import Foundation
import Glibc
import Model
import Testing

@testable import SecureShell

private func soon() -> Deadline { .after(.seconds(600)) }

/// Files to a server and from it.
@Suite(.enabled(if: OpenSSH.isAvailable, OpenSSH.whyNot))
struct TransferTests {
  private func mode(_ path: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
  }

  private func names(_ folder: Folder) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder.url.path))
  }

  @Test(arguments: Kind.available, [0, 1, 700_001])
  func thereAndBack(kind: Kind, count: Int) async throws {
    let (here, there) = (try Folder(), try Folder())
    let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) })
    try bytes.write(to: here.url.appending(path: "a"))
    chmod(here.path("a"), 0o640)
    try await withServer(kind) { shell, _ in
      let far = there.path("it's $HOME")
      try await shell.upload(here.path("a"), to: far, until: soon())
      #expect(try Data(contentsOf: URL(filePath: far)) == bytes)
      #expect(mode(far) == 0o640)
      try await shell.upload(here.path("a"), to: far, mode: 0o755, until: soon())
      #expect(mode(far) == 0o755)
      chmod(far, 0o4751)
      try await shell.download(far, to: here.path("b"), limit: .mebibytes(1), until: soon())
      #expect(try Data(contentsOf: here.url.appending(path: "b")) == bytes)
      #expect(mode(here.path("b")) == 0o751)
    }
    #expect(try names(here) == ["a", "b"])
    #expect(try names(there) == ["it's $HOME"])
  }

  @Test func whatCannotBeDoneLeavesNothing() async throws {
    let (here, there) = (try Folder(), try Folder())
    try here.write("text", to: "a")
    try await withServer { shell, _ in
      func failure(_ body: () async throws -> Void) async -> VerifyError? {
        await #expect(throws: VerifyError.self) { try await body() }
      }
      let nowhere = await failure { try await shell.upload(here.path("a"), to: there.path("no/b"), until: soon()) }
      #expect(nowhere?.code == .toolFailed)
      #expect(nowhere?.message.contains("status 1") == true, "\(nowhere?.message ?? "")")
      let onFolder = await failure { try await shell.upload(here.path("a"), to: "/proc/x", until: soon()) }
      #expect(onFolder?.code == .toolFailed)
      let missing = await failure { try await shell.upload(here.path("none"), to: there.path("b"), until: soon()) }
      #expect(missing?.code == .cannotOpen)
      let none = await failure {
        try await shell.download(there.path("none"), to: here.path("b"), limit: .mebibytes(1), until: soon())
      }
      #expect(none?.code == .toolFailed && none?.message.contains("no such file") == true)
      try there.write(String(repeating: "x", count: 100), to: "long")
      let long = await failure {
        try await shell.download(
          there.path("long"), to: here.path("b"), limit: ByteCount(bytes: 99), until: soon())
      }
      #expect(long?.code == .limitExceeded)
      #expect(await shell.isUsable)
    }
    #expect(try names(here) == ["a"])
    #expect(try names(there) == ["long"])
  }

  @Test func aGuestThatSendsMoreThanItSaid() async throws {
    let here = try Folder()
    try await withServer(extra: ["ForceCommand yes"]) { shell, _ in
      let error = await #expect(throws: VerifyError.self) {
        try await shell.download("/x", to: here.path("b"), limit: ByteCount(bytes: 5000), until: soon())
      }
      #expect(error?.code == .limitExceeded)
      #expect(await shell.isUsable)
    }
    #expect(try names(here) == [])
  }

  @Test(arguments: [true, false])
  func whatIsCutShortIsRemoved(isCancelled: Bool) async throws {
    let (here, there) = (try Folder(), try Folder())
    // So long that it never ends.
    try here.write("", to: "a")
    #expect(truncate(here.path("a"), 1 << 40) == 0)
    try await withServer { shell, _ in
      let deadline = isCancelled ? soon() : .after(.milliseconds(500))
      let upload = Task { try await shell.upload(here.path("a"), to: there.path("b"), until: deadline) }
      if isCancelled {
        while try names(there).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        upload.cancel()
      }
      await #expect(throws: (any Error).self) { try await upload.value }
      #expect(await shell.isUsable)
    }
    #expect(try names(there) == [])
  }

  @Test func whatDiffersIsFound() throws {
    func report(_ text: String) throws -> TransferReport {
      try TransferReport(CommandResult(status: 0, standardOutput: Array(text.utf8)), "upload")
    }
    try report("size 4\nsum ab\n").compare(size: 4, digest: "ab", "upload")
    try report("size 4\nsum\n").compare(size: 4, digest: "ab", "upload")
    for text in ["size 5\nsum ab\n", "size 4\nsum aa\n", "sum ab\n", ""] {
      #expect(throws: VerifyError.self) { try report(text).compare(size: 4, digest: "ab", "upload") }
    }
    #expect(try report("mode 4755\n").mode == 0o755)
  }
}
