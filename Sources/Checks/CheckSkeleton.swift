import Foundation
import Glibc
import Model

/// A new check's file: its header filled in as far as can be, and a body that runs and judges nothing.
package struct CheckSkeleton: Sendable {
  package let id: String
  /// Where it is written.
  package let path: String
  private let area, name: String

  /// Stands in the body of a skeleton; lint refuses it.
  static let mark = "this check is still a skeleton"

  /// - Throws: ``VerifyError`` `.usage` for an id that is none.
  package init(id: String, folder: String) throws {
    let parts = id.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts.allSatisfy(Catalogue.isName) else {
      throw VerifyError(
        .usage,
        "'\(id.prefix(200))' is no id; write area.what, such as network.mtu: lower-case letters, digits, hyphens")
    }
    (self.id, area, name) = (id, parts[0], parts[1])
    path = "\(folder)/\(area)/\(name).sh"
  }

  package var text: String {
    """
    #!/bin/sh
    # title: \(id) holds
    # level: should
    # clause: none
    # transports: ssh serial
    # timeout: 30
    # remedy: Say here what the builder of the image should do.
    #
    # Say here what is looked at, and why. The fields above: title is what holds when the check passes; level is must,
    # should or may; clause has numbers of the contract, '25, 28'; a field 'needs: cmd:ip path:/proc/swaps systemd' skips
    # guests that lack it.
    \(GuestCheck.helperLine)

    # Put your own judgement here. Each reason names both values. $R stands before every path of the guest.
    [ -r "$R/etc/os-release" ] || skip 'no /etc/os-release to read'
    id=$(sed -n 's/^ID=//p' "$R/etc/os-release" | tr -d '"')
    note os="$id"
    [ -n "$id" ] || problem 'expected an ID in /etc/os-release, found none'
    skip '\(Self.mark)'
    conclude

    """
  }

  /// Writes the file, and the folders that it lies in.
  ///
  /// - Throws: ``VerifyError`` `.usage` when there is one already, `.system` when it cannot be written.
  package func write() throws {
    let folder = String(path.dropLast(name.count + 4))
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw VerifyError(.system, "cannot make \(folder)", cause: error)
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o755)
    guard descriptor >= 0 else {
      if errno == EEXIST { throw VerifyError(.usage, "\(path) is there already; choose another name") }
      throw VerifyError(.system, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw VerifyError(.system, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }

  /// What to do with it, for people.
  ///
  /// - Parameters:
  ///   - folder: As given with `--checks`; nil: the program's own folder.
  ///   - helpers: Path of `helpers.sh`.
  package func nextSteps(folder: String?, helpers: String) -> String {
    let checks = folder.map { " --checks \($0)" } ?? ""
    return """
      \(path) is there. Next:
        1. Write its header and its body (checks/README.md).
        2. Try it here, over a folder that looks like a guest's root:
             IMGVERIFY_HELPERS=\(helpers) IMGVERIFY_ROOT=/tmp/root sh \(path)
        3. imgverify checks lint\(checks)
        4. Run it in a guest:
             imgverify IMAGE MANIFEST --boots 1 --no-moves --only \(id)\(checks)
        5. Show that it can fail: a guest with that one defect (fixtures/README.md), for the project's own checks also \
      in Tests/ChecksTests/FakeGuestDefects.swift; then 'imgverify checks catalog > checks/CATALOG.md'.
      """
  }
}
