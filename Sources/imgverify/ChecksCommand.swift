import ArgumentParser
import Checks
import Foundation
import Model
import Verification

struct ChecksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checks", abstract: "The catalogue of checks.", subcommands: [List.self, Show.self],
    defaultSubcommand: List.self)

  struct Folders: ParsableArguments {
    @Option(
      name: .customLong("checks"), help: "Folder with more checks; a check of the same id replaces ours. Repeatable.")
    var checkFolders: [String] = []
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists all checks.")
    @OptionGroup var folders: Folders
    @Flag(help: "JSON, one object a check.")
    var json = false

    func run() async throws {
      try await orExit {
        let catalogue = try loadCatalogue(folders: folders.checkFolders)
        print(json ? catalogue.listingJSON().text : catalogue.listing())
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints one check for people.")
    @OptionGroup var folders: Folders
    @Argument(help: "Id of the check, such as network.address.")
    var id: String

    func run() async throws {
      try await orExit { print(try describe(id, in: loadCatalogue(folders: folders.checkFolders))) }
    }
  }
}
