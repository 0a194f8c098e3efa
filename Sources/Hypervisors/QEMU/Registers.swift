package import Model

/// What of a processor's registers tells where it stands, from the monitor's `info registers`.
package struct Registers: Sendable, Hashable {
  /// Linear address of the next instruction.
  package var address: UInt64
  package var isHalted: Bool
  /// Whether interrupts are on, so that one can wake it from a halt.
  package var takesInterrupts: Bool
  package var isUserMode: Bool
  /// Whether it is in real mode, as firmware and boot sectors are.
  package var isRealMode: Bool

  package init(
    address: UInt64, isHalted: Bool, takesInterrupts: Bool = true, isUserMode: Bool = false, isRealMode: Bool = false
  ) {
    (self.address, self.isHalted, self.takesInterrupts) = (address, isHalted, takesInterrupts)
    (self.isUserMode, self.isRealMode) = (isUserMode, isRealMode)
  }

  /// The registers of each processor, in the order of the text; one without an instruction pointer is left out.
  ///
  /// Shape: `RIP=… RFL=… [….] CPL=… HLT=…` or, before 64-bit mode, `EIP=… EFL=…`; a line `CS =SELECTOR BASE …`, and
  /// `CR0=…`; with several processors a line `CPU#N` before each.
  package static func parse(_ text: String) -> [Registers] {
    var all: [Registers] = []
    var fields: [Substring: UInt64] = [:]
    func finish() {
      if let registers = Registers(fields) { all.append(registers) }
      fields = [:]
    }
    for line in text.split(whereSeparator: \.isNewline).prefix(64 * 256) {
      if line.hasPrefix("CPU#") { finish() }
      let words = line.split(separator: " ")
      if line.hasPrefix("CS ="), words.count > 2 { fields["CS"] = UInt64(words[2], radix: 16) }
      for word in words {
        let parts = word.split(separator: "=", maxSplits: 1)
        if parts.count == 2, wanted.contains(parts[0]) { fields[parts[0]] = UInt64(parts[1], radix: 16) }
      }
    }
    finish()
    return all
  }

  private static let wanted: Set<Substring> = ["RIP", "EIP", "RFL", "EFL", "CPL", "HLT", "CR0"]

  private init?(_ fields: [Substring: UInt64]) {
    guard let pointer = fields["RIP"] ?? fields["EIP"] else { return nil }
    // In 64-bit mode the base of the code segment does not count, and QEMU shows 0.
    address = pointer &+ (fields["CS"] ?? 0)
    isHalted = fields["HLT"] == 1
    takesInterrupts = (fields["RFL"] ?? fields["EFL"] ?? 0) & 0x200 != 0
    isUserMode = fields["CPL"] == 3
    isRealMode = (fields["CR0"] ?? 1) & 1 == 0
  }
}

/// What a machine's processors do, from looks at their registers at several moments.
package struct ProcessorLook: Sendable, Hashable {
  package var behaviour = Standstill.Processor.unknown
  /// Where it spins; else of the first processor that was seen running, else of the first.
  package var address: UInt64?
  /// Whether most looks at a running processor found it in user mode.
  package var isUserMode: Bool?
  package var isRealMode = false

  /// How far apart, in bytes, the places of a loop may be.
  private static let loopSize: UInt64 = 256

  package init() {}

  /// - Parameter looks: at each moment, the registers of all processors.
  package init(_ looks: [[Registers]]) {
    let all = looks.joined()
    guard let first = all.first else { return }
    let running = all.filter { !$0.isHalted }
    let seen = running.first ?? first
    address = seen.address
    isRealMode = seen.isRealMode
    if !running.isEmpty { isUserMode = running.count(where: \.isUserMode) * 2 > running.count }
    // An idle guest's clock still ticks: now and then a look finds it awake.
    let awake = looks.count { $0.contains { !$0.isHalted } }
    if awake * 4 <= looks.count {
      behaviour = awake == 0 && !all.contains(where: \.takesInterrupts) ? .halted : .idle
    } else {
      // A loop with interrupts on is also met in the handler of the clock's.
      let places = running.map(\.address).sorted()
      let crowd = places.map { place in places.filter { $0 >= place && $0 - place < Self.loopSize } }
        .max { $0.count < $1.count }!
      behaviour = crowd.count * 3 >= places.count * 2 ? .spinning : .busy
      if behaviour == .spinning { address = crowd[0] }
    }
  }
}

extension Machine {
  /// The registers of all processors, now.
  ///
  /// - Throws: ``VerifyError`` when QEMU does not answer.
  package func registers(until deadline: Deadline) async throws -> [Registers] {
    let answer = try await monitor.execute(
      "human-monitor-command", ["command-line": "info registers -a"], until: deadline)
    return Registers.parse(answer.string ?? "")
  }

  /// Sends a break on COM1, which to a Linux kernel means that the next character is a SysRq key.
  package func sendConsoleBreak(until deadline: Deadline) async throws {
    try await monitor.execute("chardev-send-break", ["id": "com1"], until: deadline)
  }
}
