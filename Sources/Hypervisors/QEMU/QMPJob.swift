import Foundation
package import Model

extension QMPClient {
  /// Runs a command that QEMU carries out as a job, and waits for the job's end.
  ///
  /// - Parameter arguments: those of the command, without `job-id`.
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words when it refuses the command, when the job fails, or
  ///   when QEMU ends; `.timedOut` when `deadline` passes, and the job may go on then.
  /// - SeeAlso: QEMU, `qapi/job.json`.
  package func runJob(_ command: String, _ arguments: [String: JSONValue], until deadline: Deadline) async throws {
    // An id of its own: events of jobs before it do not count.
    let id = JSONValue.string("\(command)-\(UUID().uuidString.prefix(8))")
    try await execute(command, .object(arguments.merging(["job-id": id]) { $1 }), until: deadline)
    let end = try await event("QEMU's job \(command)", until: deadline) {
      $0.name == "JOB_STATUS_CHANGE" && $0.data["id"] == id && $0.data["status"] == "concluded"
    }
    guard end != nil else { throw VerifyError(.hypervisorFailed, "QEMU ended in the middle of \(command)") }
    let jobs = try await execute("query-jobs", until: deadline).array ?? []
    // The job is gone with its result once it is dismissed.
    try await execute("job-dismiss", ["id": id], until: deadline)
    guard let job = jobs.first(where: { $0["id"] == id }) else {
      throw VerifyError(.hypervisorFailed, "QEMU does not say how its job \(command) ended")
    }
    if let error = job["error"]?.string {
      throw VerifyError(.hypervisorFailed, "QEMU failed at \(command): \(error)")
    }
  }
}
