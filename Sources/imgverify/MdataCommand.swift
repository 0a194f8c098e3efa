import ArgumentParser
import Verification

struct MdataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mdata", abstract: "The SmartOS metadata service by itself.", subcommands: [Serve.self])

  struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Serves metadata on a UNIX socket, and prints what is said there.",
      discussion: """
        For people who write guest tools: it answers as the agent of SmartOS does. FILE is a machine as 'vmadm get' prints \
        it, or a JSON object of keys and values. Clients may come, leave and come again; Ctrl-C ends it.

        EXAMPLES
          imgverify mdata serve --socket /tmp/mdata --data machine.json
          qemu-system-x86_64 ... -serial mon:stdio -serial unix:/tmp/mdata
        """)

    @Option(help: "Path of the socket; what a dead program left there is replaced.", completion: .file())
    var socket: String
    @Option(help: "JSON file with the metadata.", completion: .file())
    var data: String
    @Flag(help: "The transcript as JSON lines, as in mdata.jsonl.")
    var json = false

    func run() async throws {
      try await orExit { try await serveMetadataUntilInterrupted(of: data, on: socket, json: json) }
    }
  }
}
