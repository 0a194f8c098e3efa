import Foundation
import Testing

@testable import Consoles

@Suite struct ConsoleLogTests {
  private func log(head: Int, tail: Int, _ body: (inout ConsoleLog) throws -> Void) throws -> String {
    let path = NSTemporaryDirectory() + "console-\(UInt64.random(in: .min ... .max)).log"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var log = try ConsoleLog(path: path, headLimit: head, tailLimit: tail)
    try body(&log)
    log.finish()
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func eachLineHasTheTimeOfItsFirstByte() throws {
    let text = try log(head: 1 << 20, tail: 1 << 10) { log in
      log.append(Array("one\ntw".utf8), at: .milliseconds(5))
      log.append(Array("o\n\nlogin: ".utf8), at: .seconds(12))
      log.append(Array("root".utf8), at: .seconds(123_456))
    }
    #expect(text == "[    0.005] one\n[    0.005] two\n[   12.000] \n[   12.000] login: root\n")
  }

  @Test func theMiddleOfAFloodIsLeftOutAndCounted() throws {
    var total = 0
    let text = try log(head: 1000, tail: 300) { log in
      for number in 0..<1000 {
        let line = Array("line \(number)\n".utf8)
        total += line.count + 12
        log.append(line, at: .zero)
      }
    }
    #expect(text.hasPrefix("[    0.000] line 0\n"))
    #expect(text.hasSuffix("line 999\n"))
    let parts = text.split(separator: "\n… ")
    try #require(parts.count == 2)
    let behind = parts[1].split(separator: " bytes left out …\n", maxSplits: 1)
    let leftOut = try #require(Int(behind[0]))
    #expect(parts[0].utf8.count == 1000)
    #expect(leftOut + 1000 + behind[1].utf8.count == total)
    #expect(behind[1].utf8.count <= 600)
  }

  @Test func aLogThatIsJustFullHasNoGap() throws {
    let line = Array("12345678901234567\n".utf8)
    let text = try log(head: 45, tail: 300) { log in
      for _ in 0..<3 { log.append(line, at: .zero) }
    }
    #expect(text.utf8.count == 90 && !text.contains("left out"))
  }
}
