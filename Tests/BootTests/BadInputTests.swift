import Foundation
import Testing

extension BootTests {
  /// Bad files never get as far as a boot: each is rejected, or cannot be opened, with the reason.
  @Suite(.serialized) struct BadInput {
    /// What is done to a good pair of files, the exit code, and words of the message.
    struct Damage: Sendable, CustomStringConvertible {
      var description: String
      var status: Int32
      var says: [String]
      var apply: @Sendable (inout Data, inout Data) -> Void
    }

    static let damages: [Damage] = [
      Damage(description: "no image at all", status: 1, says: ["neither a ZFS stream nor a disk image"]) {
        image, manifest in
        image = Data(repeating: 0x41, count: image.count)
        manifest = fitted(manifest, to: image)
      },
      Damage(description: "truncated gzip", status: 1, says: ["ends in the middle"]) { image, manifest in
        image = image.prefix(image.count / 2)
        manifest = fitted(manifest, to: image)
      },
      Damage(description: "wrong SHA-1", status: 1, says: ["SHA-1"]) { _, manifest in
        manifest = replaced(manifest, "sha1", with: String(repeating: "0", count: 40))
      },
      Damage(description: "manifest is no JSON", status: 1, says: ["JSON"]) { _, manifest in
        manifest = Data("{ \"v\": 2,".utf8)
      },
      Damage(description: "name breaks the rule", status: 1, says: ["name"]) { _, manifest in
        manifest = replaced(manifest, "name", with: "no (good)")
      },
    ]

    @Test(arguments: damages) func badFilesAreRejectedWithTheReason(damage: Damage) throws {
      let guest = try GuestImage("tiny")
      let folder = try Program.temporaryFolder()
      var image = try Data(contentsOf: URL(fileURLWithPath: guest.image))
      var manifest = try Data(contentsOf: URL(fileURLWithPath: guest.manifest))
      damage.apply(&image, &manifest)
      let (imagePath, manifestPath) = ("\(folder.path)/i.zfs.gz", "\(folder.path)/m.json")
      try image.write(to: URL(fileURLWithPath: imagePath))
      try manifest.write(to: URL(fileURLWithPath: manifestPath))
      let run = try Program.start(imagePath, manifestPath)
      let outcome = try run.finish()
      #expect(outcome.status == damage.status, "\(outcome.story)")
      for word in damage.says { #expect(outcome.output.contains(word), "\(outcome.story)") }
      #expect(outcome.file("report.xml").contains("<failure"))
      #expect(!FileManager.default.fileExists(atPath: "\(outcome.folder.path)/boots"))
      #expect(try run.leftovers() == [])
    }

    @Test func aMissingFileCannotBeOpened() throws {
      let guest = try GuestImage("tiny")
      for (image, manifest) in [("/nonexistent/i.zfs.gz", guest.manifest), (guest.image, "/nonexistent/m.json")] {
        let outcome = try Program.verify(image, manifest)
        #expect(outcome.status == 66, "\(outcome.story)")
        #expect(outcome.output.contains("/nonexistent/"))
        #expect(outcome.report?.verdict == "cannotOpen")
      }
    }

    @Test func aCommandLineThatMakesNoSenseIsUsage() throws {
      for arguments in [["--boots", "0", "a", "b"], ["only-one"], ["a", "b", "--no-such-option"]] {
        let outcome = try Program(arguments).finish()
        #expect(outcome.status == 64, "\(outcome.story)")
        #expect(outcome.errors.contains("Usage:"))
      }
    }
  }
}

/// The manifest with size and SHA-1 of `image`, so that only the container is wrong.
private func fitted(_ manifest: Data, to image: Data) -> Data {
  let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  defer { try? FileManager.default.removeItem(at: file) }
  try? image.write(to: file)
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/sha1sum")
  process.arguments = [file.path]
  let pipe = Pipe()
  process.standardOutput = pipe
  try? process.run()
  let sum = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile().prefix(40), as: UTF8.self)
  process.waitUntilExit()
  return replaced(replaced(manifest, "sha1", with: sum), "size", with: image.count)
}

/// The manifest with a member replaced, at the top or in files[0].
private func replaced(_ manifest: Data, _ key: String, with value: Any) -> Data {
  guard var object = (try? JSONSerialization.jsonObject(with: manifest)) as? [String: Any] else { return manifest }
  if object[key] != nil {
    object[key] = value
  } else if var files = object["files"] as? [[String: Any]] {
    files[0][key] = value
    object["files"] = files
  }
  return (try? JSONSerialization.data(withJSONObject: object)) ?? manifest
}
