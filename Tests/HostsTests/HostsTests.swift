import Foundation
import Glibc
import Hosts
import Model
import Testing

@Suite struct HostsTests {
  @Test func theScratchFolderIsGoneAfterSuccessAndFailure() async throws {
    let path = try await withScratch { scratch in
      #expect(FileManager.default.createFile(atPath: scratch.file("x"), contents: Data()))
      return scratch.path
    }
    #expect(!FileManager.default.fileExists(atPath: path))

    let paths = Paths()
    await #expect(throws: VerifyError.self) {
      try await withScratch { scratch in
        await paths.add(scratch.path)
        throw VerifyError(.system, "on purpose")
      }
    }
    for path in await paths.all { #expect(!FileManager.default.fileExists(atPath: path)) }
    #expect(await paths.all.count == 1)
  }

  @Test func theScratchFolderIsGoneAfterACancel() async throws {
    let paths = Paths()
    let task = Task {
      try await withScratch { scratch in
        await paths.add(scratch.path)
        try await Task.sleep(for: .seconds(600))
      }
    }
    while await paths.all.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    task.cancel()
    await #expect(throws: (any Error).self) { try await task.value }
    #expect(!FileManager.default.fileExists(atPath: try #require(await paths.all.first)))
  }

  @Test func aProcessIsEndedWhenItsScopeEnds() async throws {
    try await withScratch { scratch in
      let log = scratch.file("log")
      let (pid, status) = try await withProcess(["/bin/sh", "-c", "echo started; sleep 600"], errorsTo: log) {
        process in
        while (try? String(contentsOfFile: log, encoding: .utf8)) != "started\n" {
          try await Task.sleep(for: .milliseconds(10))
        }
        #expect(!process.hasEnded)
        return process.pid
      }
      #expect(status == .signalled(SIGTERM))
      #expect(kill(pid, 0) == -1 && errno == ESRCH)
    }
  }

  @Test func aProcessThatIgnoresTERMIsKilled() async throws {
    try await withScratch { scratch in
      let script = "trap '' TERM; echo started; while :; do sleep 1; done"
      let log = scratch.file("log")
      let (_, status) = try await withProcess(["/bin/sh", "-c", script], errorsTo: log, grace: .milliseconds(100)) {
        _ in
        while (try? String(contentsOfFile: log, encoding: .utf8)) != "started\n" {
          try await Task.sleep(for: .milliseconds(10))
        }
      }
      #expect(status == .signalled(SIGKILL))
    }
  }

  @Test func aMissingToolSaysWhatToInstall() {
    let error = #expect(throws: VerifyError.self) {
      try Tool("no-such-program-here", package: "no-such-package").require()
    }
    #expect(error?.code == .toolMissing)
    #expect(error?.message.contains("apt-get install no-such-package") == true)
  }

  @Test func aFailingToolSaysItsLastWords() async throws {
    let error = await #expect(throws: VerifyError.self) {
      try await Tool("sh", package: "dash").run(["-c", "echo it broke >&2; exit 3"], until: .after(.seconds(600)))
    }
    #expect(error?.code == .toolFailed)
    #expect(error?.message.contains("it broke") == true && error?.message.contains("exit status 3") == true)
  }

  @Test func aSocketPathThatIsTooLongIsRefused() {
    let error = #expect(throws: VerifyError.self) {
      try UnixListener(path: "/tmp/" + String(repeating: "x", count: 120))
    }
    #expect(error?.message.contains("107 bytes") == true)
  }

  private actor Paths {
    var all: [String] = []
    func add(_ path: String) { all.append(path) }
  }
}
