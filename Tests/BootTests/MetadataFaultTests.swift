import Foundation
import Testing

extension BootTests {
  /// Guests whose metadata service misbehaves: a good client survives it, a trustful one is seen.
  @Suite(.serialized) struct MetadataFaults {
    private func run(_ name: String, _ faults: [String], _ options: [String] = []) throws -> (Program, Program.Outcome)
    {
      let guest = try GuestImage(name)
      let run = try Program.start(
        guest.image, guest.manifest,
        [
          "--boots", "1", "--no-moves", "--seed", "3", "--no-cache", "--only", "metadata-faults.*", "--only",
          "console.*",
        ]
          + faults.flatMap { ["--mdata-fault", $0] } + options)
      return (run, try run.finish())
    }

    @Test func theTinyGuestSurvivesThem() throws {
      let (run, outcome) = try run("tiny", ["absent", "bad-crc", "garbage"], ["--mdata-faults-decide"])
      #expect(outcome.status == 0, "\(outcome.story)")
      for (boot, fault) in [("02", "absent"), ("03", "bad-crc"), ("04", "garbage")] {
        let id = "\(boot)-mdata-\(fault)"
        #expect(outcome.report?.outcome(of: "metadata-faults.\(fault)", on: id) == "passed", "\(outcome.story)")
        #expect(outcome.file("boots/\(id)/mdata.jsonl").contains(#""event":"fault-mode","fault":"\#(fault)""#))
      }
      #expect(!outcome.file("boots/02-mdata-absent/argv.txt").contains("com2"))
      #expect(outcome.file("boots/03-mdata-bad-crc/mdata.jsonl").contains(#""what":"a wrong checksum""#))
      #expect(try run.leftovers() == [])
    }

    /// It takes what has a wrong checksum for good: told, and by default not held against the image.
    @Test func aTrustfulClientIsSeenAndDecidesNothing() throws {
      let (run, outcome) = try run("mdata-trusts", ["bad-crc"])
      #expect(outcome.status == 0, "\(outcome.story)")
      let finding = outcome.report?.findings.first { $0.check == "metadata-faults.bad-crc" }
      #expect(finding?.outcome == "failed" && finding?.standing == "informs", "\(outcome.story)")
      #expect(finding?.reason.contains("never asked again for sdc:uuid") == true, "\(finding?.reason ?? "")")
      #expect(outcome.output.contains("Trials: do not gate"))
      #expect(try run.leftovers() == [])
    }
  }
}
