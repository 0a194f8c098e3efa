package import Intake

/// What a manifest promises of the guest that is in the image, for the checks that run there.
package struct ImagePromise: Hashable, Sendable {
  package var name: String
  package var version: String
  package var os: String
  package var users: [String]
  package var nicDriver: String
  package var diskDriver: String

  package init(
    name: String, version: String, os: String, users: [String], nicDriver: String, diskDriver: String
  ) {
    (self.name, self.version, self.os) = (name, version, os)
    (self.users, self.nicDriver, self.diskDriver) = (users, nicDriver, diskDriver)
  }

  package init(_ manifest: Manifest) {
    self.init(
      name: manifest.name, version: manifest.version, os: manifest.os, users: manifest.users,
      nicDriver: manifest.nicDriver, diskDriver: manifest.diskDriver)
  }

  /// Name behind `EXPECT_IMAGE_` to value. What is more than printable ASCII cannot be given to a guest's shell, and is
  /// left out: the checks that need it are skipped.
  var variables: [String: String] {
    let all = [
      "NAME": name, "VERSION": version, "OS": os, "USERS": users.joined(separator: " "), "NIC_DRIVER": nicDriver,
      "DISK_DRIVER": diskDriver,
    ]
    return all.filter { _, value in value.utf8.count <= 1000 && value.utf8.allSatisfy { (0x20...0x7E).contains($0) } }
  }
}
