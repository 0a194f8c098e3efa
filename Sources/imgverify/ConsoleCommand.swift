import ArgumentParser
import Model
import Verification

struct ConsoleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "console", abstract: "What consoles say, judged by rules.", subcommands: [Scan.self, Rules.self])

  struct Folders: ParsableArguments {
    @Option(
      name: .customLong("checks"), help: "Folder whose console.yaml adds to or replaces our rules. Repeatable.",
      completion: .directory)
    var checkFolders: [String] = []
  }

  struct Scan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Applies the console rules to saved logs.",
      discussion: """
        Takes the console.log of a run or whatever a serial port gave, of any size; - is standard input. Prints each \
        finding with the report around it, and a summary.

        EXAMPLES
          imgverify console scan imgverify-out/boots/*/console.log
          virsh console guest | imgverify console scan -

        EXIT CODES
          0   nothing fatal or bad
          1   something fatal or bad
          64  the command line or a console.yaml makes no sense
          66  a log cannot be opened
        """)

    @Argument(help: "The logs.", completion: .file())
    var logs: [String]
    @OptionGroup var folders: Folders
    @Flag(help: "JSON, one object for each log.")
    var json = false

    func run() async throws {
      var isBad = false
      try await orExit {
        for log in logs {
          let result = try scanConsole(log, folders: folders.checkFolders)
          print(json ? result.json().text : result.text())
          isBad = isBad || result.isBad
        }
      }
      if isBad { throw ExitCode(1) }
    }
  }

  struct Rules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists all console rules.")
    @OptionGroup var folders: Folders

    func run() async throws {
      try await orExit { print(try consoleRuleTable(folders: folders.checkFolders)) }
    }
  }
}
