package import Guests
package import Hypervisors
package import Intake
package import Model
package import Planning

/// What the command line asked for.
package struct VerifyOptions: Sendable {
  package enum Keep: String, Sendable, CaseIterable { case never, failed, always }
  package enum Progress: String, Sendable, CaseIterable { case auto, plain, none, json }

  package var image: String
  package var manifest: String
  package var output = "imgverify-out"
  /// nil: a random one, which the report names.
  package var seed: UInt64?
  package var coverage = Coverage.each
  /// Boots of fresh instances; nil: as many as the coverage needs.
  package var boots: Int?
  /// Whether one instance is booted again on another machine.
  package var moves = true
  /// Whether hardware that the image need not know is tried as well; nil: with pairs and triples.
  package var compatibility: Bool?
  /// Ways in which the metadata service misbehaves, each in a boot of its own, and whether those boots decide.
  package var metadataFaults: [MetadataFault] = []
  package var metadataFaultsDecide = false
  /// Boots to repeat exactly, instead of a plan of their own; nil: plan.
  package var replaying: Plan?
  /// Whether to boot further for the cause of a failure, and how often at most.
  package var explain: Explain?
  package var accelerator = AcceleratorRequest.auto
  /// Boots at once; nil: from the machine.
  package var jobs: Int?
  package var checkFolders: [String] = []
  package var only: [String] = []
  package var skip: [String] = []
  /// Whose promises the image is held to.
  package var profile = Profile.triton
  /// File of failures that are accepted; nil: none are.
  package var waivers: String?
  package var keep = Keep.never
  /// How the checks that run in the guest get there.
  package var transport = Transport.auto
  /// How long a guest may take to its login prompt and SSH, before scaling.
  package var bootTimeout = Duration.seconds(300)
  /// nil: measured.
  package var timeoutScale: Double?
  package var progress = Progress.auto
  /// Where rebuilt disks are kept for the next run; nil: nowhere.
  package var cache: ImageCache?
  /// The command line, for the report.
  package var arguments: [String] = []

  package struct Explain: Sendable, Hashable {
    /// Further boots at most.
    package var boots = 8
    package init(boots: Int = 8) { self.boots = boots }
  }

  package init(image: String, manifest: String) {
    self.image = image
    self.manifest = manifest
  }

  /// What the plan is made from; a seed is drawn if none was given.
  var wishes: PlanWishes {
    var wishes = PlanWishes(
      seed: seed ?? UInt64.random(in: 0...1 << 32), coverage: coverage, boots: boots, moves: moves,
      compatibility: compatibility)
    (wishes.metadataFaults, wishes.metadataFaultsDecide) = (metadataFaults, metadataFaultsDecide)
    return wishes
  }
}
