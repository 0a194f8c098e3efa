internal import CCrypto
internal import Glibc
package import Model
internal import SystemPackage

/// Files, moved through commands: not every guest has an SFTP server, but each has `cat`.
extension SecureShell {
  /// Copies the file at `source` here to `path` there, which appears whole or not at all.
  ///
  /// The bytes go to a file beside `path` that is root's (or the user's) alone, are counted and, where the guest has a
  /// tool for it, summed up by SHA-256; only then is it given its mode and its name. Memory does not grow with the file.
  /// - Parameters:
  ///   - path: absolute, or from the user's home folder.
  ///   - mode: permission bits there; nil for those that `source` has.
  /// - Throws: ``VerifyError``: `.cannotOpen` (here), `.toolFailed` with the guest's words, `.protocolViolation` when
  ///   what arrived differs, and as ``run(_:input:outputLimit:until:onOutput:onStart:)``. The partial file is removed.
  package func upload(_ source: String, to path: String, mode: UInt16? = nil, until deadline: Deadline) async throws {
    let file = try FileDescriptor.opening(source, .readOnly, options: [.closeOnExec])
    defer { try? file.close() }
    let (size, permissions) = try sizeAndMode(file, source)
    let digest = Digest()
    var left = size
    var input = CommandInput {
      var buffer = [UInt8](repeating: 0, count: Int(min(256 << 10, left)))
      let count = left == 0 ? 0 : try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
      guard count > 0 || left == 0 else { throw VerifyError(.system, "\(source) became shorter while it was read") }
      left -= Int64(count)
      buffer.removeLast(buffer.count - count)
      digest.update(buffer[...])
      return buffer
    }
    let part = "\(path).imgverify-\(UInt32.random(in: .min ... .max))"
    let script = """
      umask 077; part=\(quoted(part)); trap 'rm -f -- "$part"' HUP INT TERM PIPE
      cat >"$part" || { rm -f -- "$part"; exit 1; }
      set -- $(wc -c <"$part")
      [ "$1" = \(size) ] || { rm -f -- "$part"; echo "$1 bytes of \(size) arrived" >&2; exit 1; }
      \(SecureShell.sumFunction)
      echo "size $1"; echo "sum $(sum <"$part")"
      """
    var gathering = OutputGathering(limit: reportLimit)
    let told: TransferReport
    do {
      let result = try await run(script, input: &input, gathering: &gathering, until: deadline)
      told = try TransferReport(result, "upload to \(path)")
      try told.compare(size: size, digest: digest.hexadecimal, "upload to \(path)")
    } catch {
      await discard(part)
      throw error
    }
    let bits = String((mode ?? permissions) & 0o7777, radix: 8)
    let moved = try await run(
      "chmod \(bits) \(quoted(part)) && mv -f -- \(quoted(part)) \(quoted(path)) || { rm -f -- \(quoted(part)); exit 1; }",
      outputLimit: reportLimit, until: deadline)
    _ = try TransferReport(moved, "upload to \(path)")
  }

  /// Copies the file at `path` there to `destination` here, which appears whole or not at all.
  ///
  /// A file that grows meanwhile is taken as long as it was at first. Permission bits come along, except those that let a
  /// program run as somebody else.
  /// - Parameter limit: the longest file that is taken.
  /// - Throws: ``VerifyError``: `.cannotOpen` (here), `.toolFailed` with the guest's words, `.limitExceeded`,
  ///   `.protocolViolation` when what arrived differs, and as ``run(_:input:outputLimit:until:onOutput:onStart:)``.
  package func download(
    _ path: String, to destination: String, limit: ByteCount, until deadline: Deadline
  ) async throws {
    let part = "\(destination).imgverify-\(UInt32.random(in: .min ... .max))"
    let file = try FileDescriptor.opening(
      part, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
    var isWhole = false
    defer {
      try? file.close()
      if !isWhole { unlink(part) }
    }
    let digest = Digest()
    var received: Int64 = 0
    let what = "download of \(path)"
    var gathering = OutputGathering(
      limit: reportLimit,
      sink: { bytes in
        received += Int64(bytes.count)
        guard received <= limit.bytes else {
          throw VerifyError(.limitExceeded, "\(what): more than the limit of \(limit)")
        }
        digest.update(bytes)
        _ = try file.writeAll(bytes)
      })
    // Everything that is said goes to the standard error: the standard output is the file.
    let script = """
      file=\(quoted(path)); [ -f "$file" ] || { echo "no such file" >&2; exit 1; }
      set -- $(wc -c <"$file") || exit 1
      [ "$1" -le \(limit.bytes) ] || { echo "size $1" >&2; exit 0; }
      \(SecureShell.sumFunction)
      head -c "$1" <"$file" || exit 1
      mode=$(stat -L -c %a "$file" 2>/dev/null || stat -L -f %Lp "$file" 2>/dev/null)
      { echo "size $1"; echo "mode $mode"; echo "sum $(head -c "$1" <"$file" | sum)"; } >&2
      """
    var input = CommandInput([])
    var result = try await run(script, input: &input, gathering: &gathering, until: deadline)
    result.standardOutput = result.standardError
    let told = try TransferReport(result, what)
    if let size = told.size, size > limit.bytes {
      throw VerifyError(.limitExceeded, "\(what): \(ByteCount(bytes: size)), more than the limit of \(limit)")
    }
    try told.compare(size: received, digest: digest.hexadecimal, what)
    // chmod(2) and not fchmod's cousin of swift-system, which has none.
    guard chmod(part, told.mode ?? 0o600) == 0, rename(part, destination) == 0 else {
      throw VerifyError(.system, "\(destination): \(String(cString: strerror(errno)))")
    }
    isWhole = true
  }

  /// Most bytes of what the guest says of a transfer.
  private var reportLimit: ByteCount { ByteCount(bytes: 64 << 10) }

  /// `sum`: SHA-256 of the standard input in hexadecimal by whatever the guest has for it, else nothing.
  private static let sumFunction = """
    sum() {
      if command -v sha256sum >/dev/null; then sha256sum | cut -c 1-64
      elif command -v sha256 >/dev/null; then sha256 -q
      elif command -v digest >/dev/null; then digest -a sha256
      fi 2>/dev/null
    }
    """

  /// Removes what an upload left, as far as that can still be done.
  private func discard(_ part: String) async {
    guard isUsable else { return }
    let remove = Task { [self] in
      _ = try? await run("rm -f -- \(quoted(part))", outputLimit: reportLimit, until: .after(.seconds(10)))
    }
    // Also when this task was cancelled, which is why it is done in another.
    await remove.value
  }

}

/// What the guest says of a file that it took or gave: lines `size N`, `mode OCTAL`, `sum HEX`.
struct TransferReport {
  private(set) var size: Int64?
  private(set) var mode: mode_t?
  private(set) var sum: String?

  /// - Throws: ``VerifyError`` `.toolFailed` when the command failed, with what it wrote.
  init(_ result: CommandResult, _ what: String) throws {
    guard result.status == 0 else {
      let words = printable(result.standardError.map { $0 == 0x0a ? 0x20 : $0 }, limit: 200)
      let end = result.status.map { "status \($0)" } ?? "signal \(result.signal ?? "?")"
      throw VerifyError(.toolFailed, "\(what): the guest ended with \(end): \(words)")
    }
    for line in String(decoding: result.standardOutput, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2 else { continue }
      switch words[0] {
      case "size": size = Int64(words[1])
      case "mode": mode = mode_t(words[1], radix: 8).map { $0 & 0o777 }
      case "sum": sum = String(words[1])
      default: continue
      }
    }
  }

  /// - Throws: ``VerifyError`` `.protocolViolation` when the guest has counted or summed up something else.
  func compare(size expected: Int64, digest: String, _ what: String) throws {
    guard size == expected else {
      throw VerifyError(
        .protocolViolation, "\(what): \(expected) bytes here, \(size.map(String.init) ?? "no number") in the guest")
    }
    if let sum, sum != digest {
      throw VerifyError(.protocolViolation, "\(what): the SHA-256 differs: \(digest) here, \(sum) in the guest")
    }
  }
}

/// A SHA-256 under way.
final class Digest {
  private let context = EVP_MD_CTX_new()

  init() { precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256") }
  deinit { EVP_MD_CTX_free(context) }

  func update(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
  }

  /// The digest; nothing may be added afterwards.
  var hexadecimal: String {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension FileDescriptor {
  fileprivate static func opening(
    _ path: String, _ mode: AccessMode, options: OpenOptions, permissions: FilePermissions? = nil
  ) throws -> FileDescriptor {
    do { return try open(path, mode, options: options, permissions: permissions) } catch let error as Errno {
      throw VerifyError(.cannotOpen, "\(path): \(error)")
    }
  }
}

private func sizeAndMode(_ file: FileDescriptor, _ path: String) throws -> (Int64, UInt16) {
  var status = stat()
  guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw VerifyError(.cannotOpen, "\(path): not a regular file")
  }
  return (Int64(status.st_size), UInt16(status.st_mode & 0o7777))
}

/// `text` as one word of a POSIX shell.
private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
