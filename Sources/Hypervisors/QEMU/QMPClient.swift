import Foundation
package import Model

/// QEMU's monitor: sends commands, keeps events. One actor a machine.
///
/// ``run()`` must be running for answers to arrive.
/// - SeeAlso: QEMU Machine Protocol, `docs/interop/qmp-spec.txt`.
package actor QMPClient {
  /// An event as QEMU sent it.
  package struct Event: Sendable, Hashable {
    package var name: String
    package var data: JSONValue
  }

  private let stream: any ByteStream
  private let signal = ChangeSignal()
  private var nextID: Int64 = 0
  private var answers: [Int64: JSONValue] = [:]
  private var awaited: Set<Int64> = []
  private var greeted = false
  private var kept: [Event] = []
  /// How often the guest has reset its machine; see ``resets(beyond:until:)``.
  private var guestResets = 0
  /// True once QEMU has closed the monitor: it has ended.
  package private(set) var hasEnded = false

  /// A guest can cause events at will (RTC_CHANGE, resets): the first and the last of them are kept.
  private static let eventLimit = 1000
  private static let lineLimit = 4 << 20

  package init(stream: any ByteStream) { self.stream = stream }

  package var events: [Event] { kept }

  /// The machine was put back to where only `earlier` had happened.
  func putBack(to earlier: [Event]) { kept = earlier }

  /// Reads until QEMU closes the monitor or the task is cancelled.
  package func run() async {
    var buffer: [UInt8] = []
    while !Task.isCancelled {
      guard let bytes = try? await stream.read(atMost: 1 << 16, until: .after(.seconds(3600))) else {
        if Task.isCancelled { break }
        continue
      }
      if bytes.isEmpty { break }
      buffer += bytes
      while let end = buffer.firstIndex(of: 0x0a) {
        take(Array(buffer[..<end]))
        buffer.removeSubrange(...end)
      }
      if buffer.count > QMPClient.lineLimit { break }
    }
    hasEnded = true
    signal.notify()
  }

  private func take(_ line: [UInt8]) {
    guard let message = try? JSONValue(parsing: line), let members = message.object else { return }
    if let name = members["event"]?.string {
      if kept.count >= QMPClient.eventLimit { kept.remove(at: QMPClient.eventLimit / 2) }
      let event = Event(name: name, data: members["data"] ?? .object([:]))
      if event.name == "RESET", event.data["guest"]?.bool == true { guestResets += 1 }
      kept.append(event)
    } else if let id = members["id"]?.integer {
      if awaited.remove(id) != nil { answers[id] = message }
    } else if members["QMP"] != nil {
      greeted = true
    }
    signal.notify()
  }

  /// Waits for the greeting and leaves negotiation mode.
  package func handshake(until deadline: Deadline) async throws {
    try await signal.value("QEMU's monitor: greeting", until: deadline) { try await self.greeting() }
    _ = try await execute("qmp_capabilities", until: deadline)
  }

  private func greeting() throws -> Void? {
    if greeted { return () }
    if hasEnded { throw QMPClient.gone }
    return nil
  }

  /// Runs a command and returns the `return` member of its answer.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words when it answers with an error or has ended.
  @discardableResult
  package func execute(_ command: String, _ arguments: JSONValue? = nil, until deadline: Deadline) async throws
    -> JSONValue
  {
    if hasEnded { throw QMPClient.gone }
    nextID += 1
    let id = nextID
    awaited.insert(id)
    defer {
      awaited.remove(id)
      answers[id] = nil
    }
    var message: [String: JSONValue] = ["execute": .string(command), "id": .integer(id)]
    if let arguments { message["arguments"] = arguments }
    do {
      try await stream.write(Array(JSONValue.object(message).text.utf8) + [0x0a], until: deadline)
    } catch let error as VerifyError where error.code == .closed { throw QMPClient.gone }
    let answer = try await signal.value("QEMU's monitor: \(command)", until: deadline) { try await self.answer(id) }
    if let error = answer["error"] {
      throw VerifyError(.hypervisorFailed, "QEMU refused \(command): \(error["desc"]?.string ?? error.text)")
    }
    return answer["return"] ?? .null
  }

  private func answer(_ id: Int64) throws -> JSONValue? {
    if let answer = answers[id] { return answer }
    if hasEnded { throw QMPClient.gone }
    return nil
  }

  /// Waits for an event that `match` accepts; events that came before count.
  ///
  /// - Returns: nil when QEMU ended without it.
  package func event(_ what: String, until deadline: Deadline, where match: @escaping @Sendable (Event) -> Bool)
    async throws -> Event?
  {
    try await signal.value(what, until: deadline) { await self.find(match) }
  }

  private func find(_ match: (Event) -> Bool) -> Event?? {
    if let event = kept.first(where: match) { return .some(event) }
    return hasEnded ? .some(nil) : nil
  }

  /// Waits until the guest has reset its machine more than `count` times, since the start and whatever was restored.
  ///
  /// - Returns: how often by now; nil when QEMU ended without another.
  package func resets(beyond count: Int, until deadline: Deadline) async throws -> Int? {
    try await signal.value("a reset by the guest", until: deadline) { await self.resetCount(beyond: count) }
  }

  private func resetCount(beyond count: Int) -> Int?? {
    if guestResets > count { return .some(guestResets) }
    return hasEnded ? .some(nil) : nil
  }

  private static let gone = VerifyError(.hypervisorFailed, "QEMU has ended")
}
