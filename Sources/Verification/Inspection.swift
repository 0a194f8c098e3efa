package import FileTrees
import Glibc
import Hosts
import Intake
package import Model
package import Reports

/// Looks at an image, and at its manifest if there is one, without booting it.
///
/// Shape: the disk is rebuilt in a scratch folder (`TMPDIR`), which is gone afterwards.
/// - Parameters:
///   - limit: the largest disk rebuilt; nil: 16 TiB.
///   - reader: reads the image's files.
/// - Throws: ``VerifyError`` `.cannotOpen`, or our own trouble; `CancellationError` after a signal.
package func inspect(
  image: String, manifest: String?, limit: ByteCount? = nil, reader: TreeReader = TreeReader()
) async throws -> Inspection {
  let reading = try manifest.map { try Manifest.read(path: $0) }
  let (taken, findings) = try await interruptible {
    try await withScratch { scratch in
      let taken = try await takeInShowing(image, limit: limit, into: scratch.file("disk.raw"))
      return (taken, try await FileChecks.judge(taken, manifest: reading?.manifest, catalogue: nil, reader: reader))
    }
  }
  return inspection(of: taken, image: image, manifest: manifest, reading: reading, findings: findings)
}

/// Puts what was found together; pure.
func inspection(
  of taken: Intaken, image: String, manifest path: String?, reading: ManifestReading?, findings: [Finding]? = nil
) -> Inspection {
  func remark(_ violation: ManifestViolation) -> Inspection.Remark { .init(violation.field, violation.message) }
  var taken = taken
  var described: Inspection.OfManifest?
  if let path, let reading {
    var part = Inspection.OfManifest(
      path: path, violations: reading.violations.map(remark), warnings: reading.warnings.map(remark))
    if let manifest = reading.manifest {
      (taken.facts.name, taken.facts.version, taken.facts.uuid) = (manifest.name, manifest.version, manifest.uuid)
      let match = match(taken, image: image, manifest: manifest)
      part.mismatches = [match.digestProblem].compactMap { $0 } + match.streamProblems
      part.warnings += match.warnings.map { .init("image:", $0) }
    }
    described = part
  }
  return Inspection(
    image: image, facts: taken.facts, problems: taken.problems, manifest: described,
    needsBootCode: reading?.manifest?.bootrom != "uefi", findings: findings)
}

extension Inspection {
  /// The inspection as the terminal on standard output takes it.
  package var page: String {
    text(colour: isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil, width: terminalWidth())
  }
}
