import Foundation
import Hosts
import Metadata
package import Model
import Reports

/// Serves the metadata of a file on a UNIX socket, for people who write guest tools, until the task is cancelled.
///
/// Shape: clients may come and go; a newer one ends those before it. Each line of the transcript goes to standard output.
/// - Parameters:
///   - fault: how to misbehave, on purpose; a restart ends the connection.
///   - json: the lines of `mdata.jsonl` rather than those for people.
///   - print: takes the lines.
/// - Throws: ``VerifyError`` `.cannotOpen` or `.usage` for the file, `.system` for the socket.
package func serveMetadata(
  of path: String, on socket: String, fault: MetadataFault? = nil, json: Bool,
  print: @escaping @Sendable (String) -> Void
) async throws {
  let store = try MetadataStore(parsing: try readMetadata(path))
  let listener = try UnixListener.replacing(path: socket)
  defer { listener.close() }
  tell("serving \(store.keys.count) keys of \(path) on \(socket); Ctrl-C ends it\n")
  if let fault { tell("it misbehaves on purpose (\(fault)): \(fault.meaning)\n") }
  let service = try MetadataService(
    store: store, powerOn: .now, log: nil, fault: fault, closesOnRestart: true
  ) { entry in
    print(json ? entry.json : cleaned(entry.line, atMost: 2048, lines: false))
  }
  var client: Task<Void, Never>?
  defer { client?.cancel() }
  while !Task.isCancelled {
    let stream: DescriptorStream
    do { stream = try await listener.accept(until: .after(.seconds(3600))) } catch is CancellationError {
      break
    } catch let error as VerifyError where error.code == .timedOut { continue }
    // One port has one client: the one before is let go, so that idle ones do not pile up.
    client?.cancel()
    await client?.value
    client = Task {
      await service.serve(stream)
      stream.close()
    }
  }
  client?.cancel()
  await client?.value
}

/// The file, of at most 16 MiB.
private func readMetadata(_ path: String) throws -> [UInt8] {
  let limit = 16 << 20
  guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: limit + 1) else {
    throw VerifyError(.cannotOpen, "cannot read the metadata file \(path)")
  }
  guard data.count <= limit else { throw VerifyError(.usage, "\(path) is larger than 16 MiB") }
  return Array(data)
}

/// As ``serveMetadata(of:on:fault:json:print:)`` until a signal comes, which is its regular end.
package func serveMetadataUntilInterrupted(
  of path: String, on socket: String, fault: MetadataFault? = nil, json: Bool
) async throws {
  let (result, _) = await withInterrupts { () async -> Result<Void, any Error> in
    do {
      return .success(
        try await serveMetadata(of: path, on: socket, fault: fault, json: json) { line in
          try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
        })
    } catch { return .failure(error) }
  }
  try result.get()
}
