import ArgumentParser
import Checks
import Foundation
import Model
import Verification

struct ChecksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checks", abstract: "The catalogue of checks.",
    subcommands: [List.self, Show.self, Coverage.self, Lint.self, New.self, Catalog.self], defaultSubcommand: List.self)

  struct Folders: ParsableArguments {
    @Option(
      name: .customLong("checks"), help: "Folder with more checks; a check of the same id replaces ours. Repeatable.",
      completion: .directory)
    var checkFolders: [String] = []
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists all checks.")
    @OptionGroup var folders: Folders
    @Flag(help: "JSON, one object a check.")
    var json = false
    @Option(help: "Only the checks of this profile: triton (all) or generic.")
    var profile = Profile.triton

    func run() async throws {
      try await orExit {
        let catalogue = try loadCatalogue(folders: folders.checkFolders).select(profile: profile)
        print(json ? catalogue.listingJSON().text : catalogue.listing())
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints one check for people.")
    @OptionGroup var folders: Folders
    @Option(help: "Folder of seeded faults (default: fixtures/faults beside our checks).", completion: .directory)
    var faults: String?
    @Argument(help: "Id of the check, such as network.address.")
    var id: String

    func run() async throws {
      try await orExit {
        print(try loadCatalogue(folders: folders.checkFolders).describe(id, faults: try loadFaults(folder: faults)))
      }
    }
  }

  struct Coverage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says which checks test which clause of the guest contract.",
      discussion: """
        EXIT CODES
          0  every clause that must or should hold is tested, or says why it cannot be
          1  one is not
        """)
    @OptionGroup var folders: Folders
    @Flag(help: "JSON, one object a clause.")
    var json = false

    func run() async throws {
      var hasGaps = false
      try await orExit {
        let coverage = CoverageListing(try loadCatalogue(folders: folders.checkFolders))
        print(json ? coverage.json().text : coverage.text(), terminator: json ? "\n" : "")
        hasGaps = !coverage.gaps.isEmpty
      }
      if hasGaps { throw ExitCode(1) }
    }
  }

  struct Lint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what is wrong with check files.",
      discussion: """
        Headers are complete, ids unique, clauses in the contract, the shell is sound (shellcheck), and for each of our \
        own checks there is a seeded fault that must make it fail. One line a problem, with file and line.

        EXIT CODES
          0  nothing is wrong
          1  something is
        """)
    @OptionGroup var folders: Folders
    @Option(help: "Folder of seeded faults (default: fixtures/faults beside our checks).", completion: .directory)
    var faults: String?

    func run() async throws {
      var isBad = false
      try await orExit {
        let (problems, remarks) = try await lintChecks(folders: folders.checkFolders, faults: faults)
        for problem in problems { print(problem) }
        for remark in remarks { try? FileHandle.standardError.write(contentsOf: Data(complaint(remark).utf8)) }
        isBad = !problems.isEmpty
      }
      if isBad { throw ExitCode(1) }
    }
  }

  struct New: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Makes the skeleton of a check.")
    @Option(name: .customLong("checks"), help: "Folder to make it in (default: our own).", completion: .directory)
    var folder: String?
    @Argument(help: "Id of the new check, area.what.")
    var id: String

    func run() async throws {
      try await orExit { print(try newCheck(id, folder: folder)) }
    }
  }

  struct Catalog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints the catalogue as Markdown (checks/CATALOG.md).")
    @OptionGroup var folders: Folders

    func run() async throws {
      try await orExit { print(try loadCatalogue(folders: folders.checkFolders).markdown(), terminator: "") }
    }
  }
}
