package import Model

/// The metadata service of one machine: moves bytes between its second serial port and a ``MetadataSession``.
///
/// ```swift
/// let service = try MetadataService(store: store, powerOn: .now, log: folder + "/mdata.jsonl")
/// async let served: Void = service.serve(port)   // again after each reconnect
/// ```
package actor MetadataService {
  /// Bytes of `mdata.jsonl` at most.
  package static let maximumLog = 8 << 20
  /// Bytes that are read at once; what they ask for is answered line by line before more is read.
  static let chunk = 4096

  private var session: MetadataSession
  private var misbehaviour: MetadataMisbehaviour?
  /// What was said so far.
  package private(set) var transcript = MetadataTranscript()
  private var log: BoundedLog?
  private let powerOn: ContinuousClock.Instant
  private let writeLimit: Duration
  private let closesOnRestart: Bool
  private let onEntry: (@Sendable (MetadataTranscript.Entry) -> Void)?
  /// The number of the connection that counts; a newer one ends those before it.
  private var connection = 0
  /// The guest left an answer unread; answers are dropped until it sends an empty line.
  private var deaf = false
  private var hasToldFault = false

  /// - Parameters:
  ///   - powerOn: seconds in the transcript count from here.
  ///   - log: path of `mdata.jsonl`, made anew; nil: none.
  ///   - writeLimit: how long an answer waits for a guest that does not read.
  ///   - fault: how to misbehave, on purpose; each act is a line of the transcript.
  ///   - closesOnRestart: whether ``serve(_:)`` ends when the fault is a restart; otherwise the stream stays as it is,
  ///     for a port that is opened once.
  ///   - onEntry: is told of every entry of the transcript, in order.
  /// - Throws: ``VerifyError`` `.system` when the log cannot be made.
  package init(
    store: MetadataStore, powerOn: ContinuousClock.Instant, log: String?, writeLimit: Duration = .seconds(30),
    fault: MetadataFault? = nil, closesOnRestart: Bool = false,
    onEntry: (@Sendable (MetadataTranscript.Entry) -> Void)? = nil
  ) throws {
    let misbehaviour = fault.map { MetadataMisbehaviour($0, store: store) }
    session = MetadataSession(store: misbehaviour?.served ?? store)
    self.misbehaviour = misbehaviour
    self.powerOn = powerOn
    self.writeLimit = writeLimit
    self.closesOnRestart = closesOnRestart
    self.onEntry = onEntry
    if let log { self.log = try BoundedLog(path: log, limit: MetadataService.maximumLog) }
  }

  /// The keys as they are now, with what the guest has put.
  package var store: MetadataStore { session.store }

  /// Tells that the machine was reset: what stood half-written on the port is forgotten.
  package func guestWasReset() {
    session.reset()
    deaf = false
    note(.guestReset)
  }

  /// Tells, once, how the service is to misbehave; for a machine that has no port to serve.
  package func tellFault() {
    guard let fault = misbehaviour?.fault, !hasToldFault else { return }
    hasToldFault = true
    note(.faultMode(fault))
  }

  /// Answers on `stream` until it ends, the task is cancelled, or a newer stream is served.
  ///
  /// Never throws: an end of the stream, whatever its cause, is a line of the transcript. The stream stays open.
  package func serve(_ stream: any ByteStream) async {
    connection += 1
    let mine = connection
    tellFault()
    session.reset()
    deaf = false
    note(.connected)
    let reason = await answer(on: stream, connection: mine)
    note(.disconnected(reason))
  }

  /// - Returns: why it ended.
  private func answer(on stream: any ByteStream, connection mine: Int) async -> String {
    while !Task.isCancelled {
      do {
        let bytes = try await stream.read(atMost: MetadataService.chunk, until: .after(.seconds(3600)))
        guard mine == connection else { return "superseded" }
        guard !bytes.isEmpty else { return "end of stream" }
        for line in bytes.lines {
          for step in steps(for: session.receive(line)) {
            switch step {
            case .note(let event):
              if case .reset = event { deaf = false }
              note(event)
            case .send(let answer, let delay):
              if delay > 0 { try await Task.sleep(for: .seconds(delay)) }
              guard mine == connection else { return "superseded" }
              try await send(answer, on: stream)
            case .restart:
              session.reset()
              if closesOnRestart { return "restarted, on purpose" }
            }
            guard mine == connection else { return "superseded" }
          }
        }
      } catch is CancellationError {
        break
      } catch let error as VerifyError where error.code == .timedOut {
        continue  // An hour of silence is no fault.
      } catch {
        return String(describing: error)
      }
    }
    return "cancelled"
  }

  /// The actions as they are, or as the fault has them.
  private func steps(for actions: [MetadataAction]) -> [MetadataStep] {
    guard misbehaviour == nil else { return misbehaviour!.steps(for: actions, at: (.now - powerOn).inSeconds) }
    return actions.map { action in
      switch action {
      case .note(let event): .note(event)
      case .send(let bytes): .send(bytes)
      }
    }
  }

  private func send(_ answer: [UInt8], on stream: any ByteStream) async throws {
    guard !deaf else { return }
    do {
      try await stream.write(answer, until: .after(writeLimit))
    } catch let error as VerifyError where error.code == .timedOut {
      deaf = true
      note(.unread(seconds: writeLimit.inSeconds))
    }
  }

  private func note(_ event: MetadataEvent) {
    let entry = MetadataTranscript.Entry(seconds: (.now - powerOn).inSeconds, event: event)
    transcript.append(event, seconds: entry.seconds)
    onEntry?(entry)
    log?.append(
      entry.json, orAtTheEnd: MetadataTranscript.Entry(seconds: entry.seconds, event: .logFull).json)
  }
}

extension [UInt8] {
  /// Lines with their LF, and what is left behind the last of them.
  fileprivate var lines: [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = startIndex
    while let end = self[start...].firstIndex(of: UInt8(ascii: "\n")) {
      pieces.append(self[start...end])
      start = end + 1
    }
    if start < endIndex { pieces.append(self[start...]) }
    return pieces
  }
}
