import Glibc
package import Model
import Subprocess
import SystemPackage

/// How a program ended.
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
  case exited(Int32)
  case signalled(Int32)

  init(_ status: TerminationStatus) {
    switch status {
    case .exited(let code): self = .exited(code)
    case .signaled(let signal): self = .signalled(signal)
    }
  }

  package var description: String {
    switch self {
    case .exited(let code): "exit status \(code)"
    case .signalled(let signal): "signal \(signal)"
    }
  }
}

/// A short-lived helper program of the host: `qemu-img`, `qemu-system-x86_64 --version`.
package struct Tool: Sendable {
  package let name: String
  /// What to install when it is missing.
  package let package: String

  package init(_ name: String, package: String) {
    self.name = name
    self.package = package
  }

  package static let qemu = Tool("qemu-system-x86_64", package: "qemu-system-x86")
  package static let qemuImage = Tool("qemu-img", package: "qemu-utils")
  package static let setpriv = Tool("setpriv", package: "util-linux")

  /// Whether the program is found in PATH; else an error that says what to install.
  package func require() throws {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let found = path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    guard found else { throw VerifyError(.toolMissing, "\(name) is not installed: apt-get install \(package)") }
  }

  /// Runs it to the end and returns what it printed; at most 1 MiB.
  ///
  /// - Throws: ``VerifyError`` `.toolMissing`, or `.toolFailed` with the last of its standard error.
  package func run(_ arguments: [String], until deadline: Deadline) async throws -> String {
    try require()
    let name = name
    return try await withDeadline(deadline, for: "\(name) \(arguments.joined(separator: " "))") {
      let result = try await Subprocess.run(
        .name(name), arguments: .init(arguments), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
      guard result.terminationStatus.isSuccess else {
        throw VerifyError(
          .toolFailed,
          "\(name) \(arguments.joined(separator: " ")): \(ExitStatus(result.terminationStatus)): "
            + result.standardError.suffix(2000))
      }
      return result.standardOutput
    }
  }

  /// Runs a tool that judges: exit status 1 says that it has found something, which is what it printed; at most 1 MiB.
  ///
  /// - Throws: ``VerifyError`` `.toolMissing`, or `.toolFailed` with the last of its standard error.
  package func findings(_ arguments: [String], until deadline: Deadline) async throws -> String {
    try require()
    let name = name
    return try await withDeadline(deadline, for: name) {
      let result = try await Subprocess.run(
        .name(name), arguments: .init(arguments), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
      let status = ExitStatus(result.terminationStatus)
      guard status == .exited(0) || status == .exited(1) else {
        throw VerifyError(.toolFailed, "\(name): \(status): \(result.standardError.suffix(2000))")
      }
      return result.standardOutput
    }
  }
}
