internal import CSSH2
internal import Glibc
internal import Model

/// The steps of authentication; each may be repeated with other credentials after a refusal.
extension SSHSession {
  /// The methods with which `user` may authenticate; empty when none is needed.
  func authenticationMethods(of user: String) throws -> [String]? {
    if let list = libssh2_userauth_list(handle, user, UInt32(user.utf8.count)) {
      return String(cString: list).split(separator: ",").map { printable($0.utf8, limit: 64) }
    }
    if libssh2_userauth_authenticated(handle) != 0 { return [] }
    let code = libssh2_session_last_errno(handle)
    guard code == LIBSSH2_ERROR_EAGAIN else { throw error(ResultCode(code), in: .authentication) }
    return nil
  }

  /// Whether the server takes `key`; a refusal leaves the session usable.
  func authenticate(_ user: String, with key: KeyPair) throws -> Bool? {
    let signing = Signing(key: key, wire: wire)
    var context: UnsafeMutableRawPointer? = Unmanaged.passUnretained(signing).toOpaque()
    let code = withExtendedLifetime(signing) {
      libssh2_userauth_publickey(
        handle, user, key.publicBlob, key.publicBlob.count,
        { _, signature, count, data, dataCount, abstract in
          let signing = Unmanaged<Signing>.fromOpaque(abstract!.pointee!).takeUnretainedValue()
          return signing.sign(UnsafeRawBufferPointer(start: data, count: dataCount), signature!, count!)
        }, &context)
    }
    if let error = signing.failure { throw error }
    return try answer(code)
  }

  /// Whether the server takes the private key in the file at `path`, which libssh2 reads; a refusal leaves the session
  /// usable.
  ///
  /// - Throws: ``VerifyError`` `.cannotOpen` when the file cannot be read, or not with `passphrase`.
  func authenticate(_ user: String, withKeyFile path: String, passphrase: String?) throws -> Bool? {
    let code = libssh2_userauth_publickey_fromfile_ex(handle, user, UInt32(user.utf8.count), nil, path, passphrase)
    if code == LIBSSH2_ERROR_FILE {
      throw VerifyError(
        .cannotOpen,
        "\(path): no private key can be read from it\(passphrase == nil ? "" : " with this passphrase"): "
          + "\(lastMessage) (libssh2 \(code))")
    }
    return try answer(code)
  }

  /// Whether the server takes `password`; a refusal leaves the session usable.
  ///
  /// - Throws: ``VerifyError`` `.authenticationRefused` when it is right, and the server wants a new one first.
  func authenticate(_ user: String, withPassword password: String) throws -> Bool? {
    let code = libssh2_userauth_password_ex(
      handle, user, UInt32(user.utf8.count), password, UInt32(password.utf8.count), nil)
    if code == LIBSSH2_ERROR_PASSWORD_EXPIRED {
      throw VerifyError(
        .authenticationRefused, "ssh \(peerName): the password of \(user) has expired: the server wants a new one")
    }
    return try answer(code)
  }

  /// Whether the server takes `password` as the answer to each of its prompts that are not to be shown; a refusal leaves
  /// the session usable.
  func authenticate(_ user: String, answering password: String) throws -> Bool? {
    wire.password = Array(password.utf8)
    defer { wire.password = [] }
    let code = libssh2_userauth_keyboard_interactive_ex(handle, user, UInt32(user.utf8.count)) {
      _, _, _, _, count, prompts, responses, abstract in
      let wire = wireBehind(abstract)
      for index in 0..<max(0, Int(count)) where prompts![index].echo == 0 {
        // libssh2 frees it.
        guard let memory = wire.allocate(wire.password.count) else { return }
        wire.password.withUnsafeBytes { bytes in
          if let start = bytes.baseAddress { _ = memcpy(memory, start, bytes.count) }
        }
        responses![index].text = memory.assumingMemoryBound(to: CChar.self)
        responses![index].length = UInt32(wire.password.count)
      }
    }
    return try answer(code)
  }

  private func answer(_ code: CInt) throws -> Bool? {
    switch code {
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
      // libssh2 says so of a connection that ended as well.
      if wire.hasEnded { throw error(ResultCode(code), in: .authentication) }
      return false
    default: return try done(code, in: .authentication) ? true : nil
    }
  }
}

/// What libssh2's signature callback needs.
private final class Signing {
  let key: KeyPair
  let wire: Wire
  var failure: (any Error)?

  init(key: KeyPair, wire: Wire) {
    self.key = key
    self.wire = wire
  }

  /// Hands libssh2 a signature in memory that it frees itself; 0, or -1 on failure.
  func sign(
    _ data: UnsafeRawBufferPointer, _ signature: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
    _ count: UnsafeMutablePointer<Int>
  ) -> CInt {
    do {
      let bytes = try key.sign(Array(data))
      guard let memory = wire.allocate(bytes.count) else { return -1 }
      bytes.withUnsafeBytes { _ = memcpy(memory, $0.baseAddress!, bytes.count) }
      signature.pointee = memory.assumingMemoryBound(to: UInt8.self)
      count.pointee = bytes.count
      return 0
    } catch {
      failure = error
      return -1
    }
  }
}
