import Model
import Testing

@testable import Checks

struct BundleReaderTests {
  let bundle: CheckBundle

  init() throws {
    bundle = try CheckBundle(
      checks: [fakeCheck("a.one", "fail x"), fakeCheck("a.two", "fail x")], helpers: "R=\n", expectations: expectations,
      transport: "serial", timeoutScale: 1, ready: .zero, word: "0123456789abcdef")
  }

  func read(_ text: String, chunk: Int = .max) -> (BundleReader, [CheckEvent]) {
    var reader = BundleReader(for: bundle)
    var events: [CheckEvent] = []
    var rest = Array(text.replacing("@M", with: bundle.mark).utf8)[...]
    while !rest.isEmpty {
      events += reader.receive(Array(rest.prefix(chunk)))
      rest = rest.dropFirst(chunk)
    }
    return (reader, events)
  }

  let noisy = """
    root@guest:~# sh /tmp/x\r
    [   12.345678] random: crng init done\r
    @M ready no after 5 s systemd says 'starting'\r
    [   12.4] abc@M begin a.one\r\r
    \u{1b}[0;32m@M note a.one x=y\r
    @M reason a.one expected 1, found 2\r
    @M out a.one line\r
    @M end a.one 1 250\r
    @M recap a.one 0 1\r
    @M begin a.two\r
    @M end a.t[  13.0] something\r
    wo 0 7\r
    @M recap a.one 1 250\r
    @M recap a.two 77 7\r
    @M done\r

    """

  @Test(arguments: [1, 2, 7, 4096]) func readsThroughNoise(chunk: Int) {
    let (reader, events) = read(noisy, chunk: chunk)
    let one = CheckResult(
      id: "a.one", status: .exited(1), reason: "expected 1, found 2", notes: ["x": "y"], output: "line\n", seconds: 2.5)
    let two = CheckResult(id: "a.two", status: .exited(77), seconds: 0.07)
    #expect(
      events == [
        .ready(false, detail: "after 5 s systemd says 'starting'"), .began("a.one"), .ended(one), .began("a.two"),
        .ended(two), .done,
      ])
    #expect(reader.results == ["a.one": one, "a.two": two])
    #expect(reader.isDone)
    #expect(reader.noise.contains("crng init done"))
  }

  @Test(arguments: [
    "@M end a.one 0\n", "@M end a.one x 1\n", "@M end a.one 256 1\n", "@M end a.one 0 -1\n", "@M end a.one -1 1\n",
    "@M end a.other 0 1\n", "@M end\n", "@M\n", "@M  end a.one 0 1\n", "@0123 end a.one 0 1\n", "@M end a.one 0 1",
    "@M end a.one 0 1 more\n", "@M end a.one 0 99999999999999999999999\n",
  ])
  func takesNothingFromALineThatIsNotWhole(_ text: String) {
    let (reader, events) = read(text)
    #expect(events.isEmpty)
    #expect(reader.results.isEmpty)
    let findings = bundle.findings(reader, boot: "b", failure: "lost")
    #expect(findings.map(\.outcome) == Array(repeating: .broken(error: "no result came back: lost"), count: 2))
  }

  @Test func aTimeOutIsBroken() {
    let (reader, _) = read("@M end a.one timeout 3012\n")
    #expect(reader.results["a.one"]?.status == .outOfTime)
    #expect(
      bundle.findings(reader, boot: "b")[0].outcome == .broken(error: "no result within its time limit (30.12 s)"))
  }

  @Test func memoryIsBounded() {
    var reader = BundleReader(for: bundle)
    let flood = Array(repeating: UInt8(ascii: "x"), count: 1 << 20)
    #expect(reader.receive(flood).isEmpty)
    _ = reader.receive([10])
    #expect(reader.noise.utf8.count <= 4 << 10)
    let line = Array("\(bundle.mark) out a.one \(String(repeating: "y", count: 1000))\n".utf8)
    for _ in 0..<500 { _ = reader.receive(line) }
    for number in 0..<500 { _ = reader.receive(Array("\(bundle.mark) note a.one k\(number)=v\n".utf8)) }
    let long = String(repeating: "z", count: 100_000)
    _ = reader.receive(Array("\(bundle.mark) reason a.one \(long)\n\(bundle.mark) note a.one k1=\(long)\n".utf8))
    _ = reader.receive(Array("\(bundle.mark) end a.one 1 5\n".utf8))
    let result = reader.results["a.one"]
    #expect((result?.output.utf8.count ?? .max) <= 80 << 10)
    #expect(result?.notes.count == 64)
    #expect((result?.notes["k1"]?.count ?? .max) <= 1024)
    #expect((result?.reason.count ?? .max) <= 4096)
  }

  @Test func anyBytesAreTaken() {
    var reader = BundleReader(for: bundle)
    for byte in UInt8.min...UInt8.max {
      _ = reader.receive(Array("\(bundle.mark) out a.one ".utf8) + [byte, 0xFF, 10])
      _ = reader.receive([byte])
    }
    _ = reader.receive(Array("\n\(bundle.mark) end a.one 0 1\n".utf8))
    #expect(reader.results["a.one"]?.status == .exited(0))
  }
}
