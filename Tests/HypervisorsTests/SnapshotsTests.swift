import Hypervisors
import Model
import Synchronization
import Testing

/// What a scripted QEMU was asked, and how it stands.
private final class Script: Sendable {
  struct State {
    var asked: [JSONValue] = []
    var status = "running"
    /// The job's end, in QEMU's words; nil: well.
    var jobError: String?
    /// Jobs that have ended and were not dismissed.
    var jobs: [JSONValue] = []
    /// Answers to `query-status` until a reset is done.
    var resetTakes = 0
    var disks = [("disk0", "#block1", false), ("disk1", "#block2", false), ("cd", "#block3", true)]
  }
  let state: Mutex<State>

  init(_ change: (inout State) -> Void = { _ in }) {
    var state = State()
    change(&state)
    self.state = Mutex(state)
  }

  var asked: [String] { state.withLock { $0.asked.compactMap { $0["execute"]?.string } } }
  func arguments(of command: String) -> JSONValue? {
    state.withLock { $0.asked.first { $0["execute"]?.string == command }?["arguments"] }
  }

  func answer(_ request: JSONValue) -> [String]? {
    let id = request["id"]!.text
    func event(_ name: String, _ data: String) -> String { #"{"event":"\#(name)","data":\#(data)}"# }
    return state.withLock { state -> [String]? in
      state.asked.append(request)
      var value = "{}"
      var events: [String] = []
      switch request["execute"]!.string! {
      case "query-block":
        let disks = state.disks.map { disk in
          #"{"device":"\#(disk.0)","inserted":{"ro":\#(disk.2),"node-name":"\#(disk.1)","#
            + #""image":{"snapshots":[{"name":"ready","vm-state-size":\#(disk.0 == "disk0" ? 109_051_904 : 0)}]}}}"#
        }
        value = "[\(disks.joined(separator: ","))]"
      case "query-status":
        if state.status == "resetting" {
          state.resetTakes -= 1
          if state.resetTakes <= 0 { state.status = "prelaunch" }
        }
        value = #"{"status":"\#(state.status == "resetting" ? "shutdown" : state.status)"}"#
      case "stop": if state.status == "running" { state.status = "paused" }
      case "cont": state.status = "running"
      case "system_reset":
        (state.status, state.resetTakes) = ("resetting", 3)
        events = [event("RESET", #"{"guest":false,"reason":"host-qmp-system-reset"}"#)]
      case "snapshot-save", "snapshot-load", "snapshot-delete":
        let job = request["arguments"]!["job-id"]!.text
        let error = state.jobError.map { #","error":"\#($0)""# } ?? ""
        state.jobs.append(try! JSONValue(parsing: Array(#"{"id":\#(job),"status":"concluded"\#(error)}"#.utf8)))
        events = ["created", "running", "concluded"].map {
          event("JOB_STATUS_CHANGE", #"{"id":\#(job),"status":"\#($0)"}"#)
        }
      case "query-jobs": value = JSONValue.array(state.jobs).text
      case "job-dismiss": state.jobs.removeAll { $0["id"] == request["arguments"]!["id"] }
      default: break
      }
      return [#"{"return":\#(value),"id":\#(id)}"#] + events
    }
  }
}

@Suite struct SnapshotsTests {
  let deadline = Deadline.after(.seconds(600))

  @Test func aSaveTakesEveryWritableDiskAndTellsItsSize() async throws {
    let script = Script()
    try await withMonitor(answer: script.answer) { client, _ in
      let saved = try await client.saveMachine("ready", until: deadline)
      #expect(saved.size == .mebibytes(104))
    }
    let arguments = try #require(script.arguments(of: "snapshot-save"))
    #expect(arguments["tag"] == "ready" && arguments["vmstate"] == "#block1")
    #expect(arguments["devices"] == ["#block1", "#block2"])
    // No job is left behind.
    #expect(script.state.withLock { $0.jobs.isEmpty })
  }

  @Test func aJobsFailureCarriesQEMUsWords() async throws {
    let script = Script { $0.jobError = "State blocked by non-migratable device '0000:00:03.0/nvme'" }
    try await withMonitor(answer: script.answer) { client, _ in
      let error = await #expect(throws: VerifyError.self) { _ = try await client.saveMachine("ready", until: deadline) }
      #expect(error?.code == .hypervisorFailed)
      #expect(
        error?.message == "QEMU failed at snapshot-save: State blocked by non-migratable device '0000:00:03.0/nvme'")
    }
    #expect(script.state.withLock { $0.jobs.isEmpty })
  }

  @Test func aRestoreForgetsWhatHappenedSince() async throws {
    let script = Script()
    try await withMonitor(answer: script.answer) { client, peer in
      let saved = try await client.saveMachine("ready", until: deadline)
      let before = await client.events
      let line = #"{"event":"SHUTDOWN","data":{"guest":true,"reason":"guest-shutdown"}}"#
      try await peer.write(Array(line.utf8) + [10], until: deadline)
      _ = try await client.event("power-off", until: deadline) { $0.name == "SHUTDOWN" }
      try await client.restoreMachine(saved, until: deadline)
      #expect(await client.events == before)
    }
    // It stands still, for whoever wants to prepare something.
    #expect(!script.asked.contains("cont") && !script.asked.contains("system_reset"))
    #expect(script.arguments(of: "snapshot-load")?["vmstate"] == "#block1")
  }

  @Test func aMachineThatWasSwitchedOffIsResetBeforeItIsRestored() async throws {
    let script = Script()
    try await withMonitor(answer: script.answer) { client, _ in
      let saved = try await client.saveMachine("ready", until: deadline)
      script.state.withLock { $0.status = "shutdown" }
      try await client.restoreMachine(saved, until: deadline)
      #expect(await !client.events.contains { $0.name == "RESET" })
    }
    // The load waits until the reset is done, which QEMU answers before.
    let reset = try #require(script.asked.firstIndex(of: "system_reset"))
    let load = try #require(script.asked.firstIndex(of: "snapshot-load"))
    #expect(script.asked[reset..<load].count { $0 == "query-status" } >= 3)
  }

  @Test func aFailedLoadCarriesQEMUsWords() async throws {
    let script = Script()
    try await withMonitor(answer: script.answer) { client, _ in
      let saved = try await client.saveMachine("ready", until: deadline)
      script.state.withLock { $0.jobError = "Snapshot 'ready' does not exist in one or more devices" }
      let error = await #expect(throws: VerifyError.self) {
        try await client.restoreMachine(saved, until: deadline)
      }
      #expect(error?.message.contains("Snapshot 'ready' does not exist") == true)
    }
  }

  @Test func aDeletionNamesNoStateAndPowerOffActionsAreNamed() async throws {
    let script = Script()
    try await withMonitor(answer: script.answer) { client, _ in
      let saved = try await client.saveMachine("ready", until: deadline)
      try await client.deleteSavedMachine(saved, until: deadline)
      try await client.stayAfterPowerOff(true, until: deadline)
    }
    let arguments = try #require(script.arguments(of: "snapshot-delete"))
    #expect(arguments["devices"] == ["#block1", "#block2"] && arguments["vmstate"] == nil)
    #expect(script.arguments(of: "set-action") == ["shutdown": "pause"])
  }

  @Test func anEndInMidJobIsTheHypervisorsFailure() async throws {
    let script = Script()
    try await withMonitor(answer: { request in
      request["execute"] == "query-jobs" ? nil : script.answer(request)
    }) { client, _ in
      let error = await #expect(throws: VerifyError.self) { _ = try await client.saveMachine("ready", until: deadline) }
      #expect(error?.code == .hypervisorFailed)
    }
  }

  @Test func withoutABootDiskNothingIsTried() async throws {
    let script = Script { $0.disks = [("disk0", "#block1", true)] }
    try await withMonitor(answer: script.answer) { client, _ in
      _ = await #expect(throws: VerifyError.self) { _ = try await client.saveMachine("ready", until: deadline) }
    }
    #expect(script.asked == ["query-block"])
  }
}
