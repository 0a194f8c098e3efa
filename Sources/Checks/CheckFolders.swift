import Glibc
import Model

// What is read of folders with checks and faults, which may be a stranger's.

/// Names in a folder, sorted, hidden ones left out.
func entries(of folder: String) throws -> [String] {
  guard let handle = opendir(folder) else {
    throw VerifyError(.cannotOpen, "\(folder): \(String(cString: strerror(errno)))")
  }
  defer { closedir(handle) }
  var names: [String] = []
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard !name.hasPrefix(".") else { continue }
    guard names.count < 1000 else { throw VerifyError(.limitExceeded, "\(folder): more than 1000 entries") }
    names.append(name)
  }
  return names.sorted()
}

func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// At most `limit` bytes of a regular file; never waits on anything else that bears the name.
func readFile(_ path: String, atMost limit: Int) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  guard descriptor >= 0 else { throw VerifyError(.cannotOpen, "\(path): \(String(cString: strerror(errno)))") }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw VerifyError(.cannotOpen, "\(path): not a regular file")
  }
  var bytes: [UInt8] = []
  while bytes.count < limit {
    let chunk = [UInt8](unsafeUninitializedCapacity: limit - bytes.count) { buffer, filled in
      filled = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    if chunk.isEmpty { break }
    bytes += chunk
  }
  return bytes
}
