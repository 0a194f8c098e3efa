import Checks
import Foundation
import Glibc
import Model
import Reports

/// Verifies an image: from the command line's wishes to the reports and the exit code.
///
/// Once the wishes are known to make sense, the reports are written whatever happens, from the journal alone.
package func verify(_ options: VerifyOptions) async -> Int32 { await conduct(options).code }

/// As ``verify(_:)``, with the report if one was written.
func conduct(_ options: VerifyOptions) async -> (code: Int32, report: Report?) {
  if let error = nonsense(in: options) {
    printError("\(error)")
    return (exitCode(of: error), nil)
  }
  let progress = ProgressPrinter(options.progress)
  let journal: JournalWriter
  do {
    let wasOurs = try makeOutputFolder(options.output)
    // The journal is locked first: a run that is still writing here must not lose its files to us.
    journal = try JournalWriter(path: "\(options.output)/journal.jsonl") { progress.show($0) }
    try clearOutputFolder(options.output, boots: wasOurs)
  } catch {
    printError("\(error)")
    return (exitCode(of: error), nil)
  }
  let run = Run(options: options, journal: journal, progress: progress)
  let (_, signal) = await withInterrupts { await run.perform() }
  if let signal { journal.append(.interrupted(Interrupted(signal: signal))) }
  journal.close()
  progress.finish()
  if let failure = journal.failure { printError("\(failure)") }
  do {
    let report = try writeReports(from: "\(options.output)/journal.jsonl", to: options.output)
    let terminal = isatty(STDOUT_FILENO) == 1
    print(report.summary(colour: terminal && getenv("NO_COLOR") == nil, width: terminalWidth(), folder: options.output))
    return (report.verdict.exitCode, report)
  } catch {
    printError("the reports could not be written: \(error)")
    return (exitCode(of: error), nil)
  }
}

/// What is wrong with the wishes themselves: patterns that match no check, files that are none. No run is needed to
/// find that out, and none to report it. What else may go wrong here is met again by the run, and told by its reports.
private func nonsense(in options: VerifyOptions) -> VerifyError? {
  do {
    let catalogue = try loadCatalogue(folders: options.checkFolders)
    _ = try catalogue.select(only: options.only, skip: options.skip, profile: options.profile)
    _ = try WaiverBook(file: options.waivers, catalogue: catalogue)
    return nil
  } catch {
    guard let error = error as? VerifyError, error.code == .usage else { return nil }
    return error
  }
}

/// The exit code of an error that ends a command (design.md §3).
package func exitCode(of error: any Error) -> Int32 {
  guard let error = error as? VerifyError else { return 2 }
  switch error.code {
  case .cannotOpen: return 66
  case .usage: return 64
  case .badImage, .badManifest: return 1
  default: return 2
  }
}

func printError(_ text: String) {
  try? FileHandle.standardError.write(contentsOf: Data(complaint(text).utf8))
}

/// An error as it may go to a terminal: it may hold words of a guest, an image or an earlier run's journal.
package func complaint(_ text: String) -> String { "imgverify: \(cleaned(text, atMost: 16 << 10))\n" }

func terminalWidth() -> Int {
  var size = winsize()
  guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
    return 100
  }
  return min(Int(size.ws_col), 140)
}

/// Makes the folder.
///
/// - Returns: whether an earlier run of ours has left its journal there.
private func makeOutputFolder(_ path: String) throws -> Bool {
  do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
    throw VerifyError(.system, "cannot use \(path) for the reports; name another with --output", cause: error)
  }
  return FileManager.default.fileExists(atPath: "\(path)/journal.jsonl")
}

/// Clears what an earlier run has left: only files of the names that we write, and the folder of boots only when it
/// stood beside a journal of ours.
private func clearOutputFolder(_ path: String, boots: Bool) throws {
  let files = FileManager.default
  let names = ["report.xml", "report.json", "report.html", "plan.json"] + (boots ? ["boots"] : [])
  do {
    for name in names where files.fileExists(atPath: "\(path)/\(name)") {
      try files.removeItem(atPath: "\(path)/\(name)")
    }
  } catch {
    throw VerifyError(.system, "cannot clear \(path) for the reports; name another with --output", cause: error)
  }
}
