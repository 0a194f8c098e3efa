import ArgumentParser
import Model
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

          How a client bears an answer that never comes:
          imgverify mdata serve --socket /tmp/mdata --data machine.json --fault dropped

        FAULTS
          The service misbehaves on purpose; every act of it is a line 'FAULT' of the transcript.
        \(faultHelp)
          What befalls one answer only befalls the first value that is given, once. restart closes the connection; QEMU \
        comes again with -chardev socket,id=m,path=/tmp/mdata,reconnect=1 -serial chardev:m.
        """)

    /// A line for each that a service can have: without a port there is nothing to serve.
    private static var faultHelp: String {
      MetadataFault.all.filter { $0 != .absent }.map { fault in
        "    \(fault.name)\(String(repeating: " ", count: max(1, 11 - fault.name.count)))\(fault.meaning)"
      }.joined(separator: "\n")
    }

    @Option(help: "Path of the socket; what a dead program left there is replaced.", completion: .file())
    var socket: String
    @Option(help: "JSON file with the metadata.", completion: .file())
    var data: String
    @Option(
      help: ArgumentHelp(
        "Misbehave on purpose: \(MetadataFault.words); late is late=\(MetadataFault.usualDelay).", valueName: "mode"))
    var fault: MetadataFault?
    @Flag(help: "The transcript as JSON lines, as in mdata.jsonl.")
    var json = false

    func validate() throws {
      if fault == .absent {
        throw ValidationError("absent is a machine without a second serial port: leave its -serial away instead")
      }
    }

    func run() async throws {
      try await orExit {
        try await serveMetadataUntilInterrupted(of: data, on: socket, fault: fault, json: json)
      }
    }
  }
}

extension MetadataFault: ExpressibleByArgument {}
