import ArgumentParser
import Model

/// Boots in which the metadata service misbehaves, for the commands that plan.
struct MetadataFaultOptions: ParsableArguments {
  @Option(
    name: .customLong("mdata-fault"),
    help: ArgumentHelp(
      "One more boot, in which the metadata service misbehaves: \(MetadataFault.words); or all. Repeatable.",
      discussion:
        "What becomes of the guest is told, and decides nothing. 'checks show metadata-faults.MODE' says what is required.",
      valueName: "mode"))
  var words: [String] = []
  @Flag(name: .customLong("mdata-faults-decide"), help: "The boots of --mdata-fault decide as all others do.")
  var decide = false

  func validate() throws {
    do { _ = try MetadataFault.list(words) } catch let error as VerifyError { throw ValidationError(error.message) }
    if decide, words.isEmpty { throw ValidationError("--mdata-faults-decide needs --mdata-fault") }
  }

  /// The modes; the words have been validated.
  var faults: [MetadataFault] { (try? MetadataFault.list(words)) ?? [] }
}
