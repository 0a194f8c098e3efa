import Foundation
import Testing

extension BootTests {
  /// Some faults in one guest: each is caught by the checks that it names, and nothing else fails. (All faults: `make
  /// mutation`.)
  @Suite struct Mutation {
    @Test func aSampleOfFaultsIsCaughtByTheRightChecks() throws {
      let process = Process()
      process.executableURL = Program.root.appendingPathComponent("tools/mutation")
      process.arguments = [
        "--sample", "8", "--seed", "6", "--fresh", "--jobs", "1", "--timeout-scale", "3", "--program", Program.binary,
      ]
      let pipe = Pipe()
      (process.standardOutput, process.standardError) = (pipe, pipe)
      process.standardInput = FileHandle.nullDevice
      try process.run()
      let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(said)")
      #expect(said.contains("**8 faults: 8 caught by the right check"), "\(said)")
    }
  }
}
