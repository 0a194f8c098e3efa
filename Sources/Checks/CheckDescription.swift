import Model

extension Catalogue {
  /// One check for people.
  ///
  /// - Parameter faults: Seeded faults, of which those are named that prove it; nil: there is no such folder.
  /// - Throws: ``VerifyError`` `.usage` when there is no check of that id.
  package func describe(_ id: String, faults: FaultList? = nil) throws -> String {
    guard let info = infos.first(where: { $0.id == id }) else {
      throw VerifyError(.usage, "there is no check '\(id)'; 'imgverify checks list' shows all \(infos.count)")
    }
    let check = guestChecks.first { $0.id == id }
    var lines = ["\(info.id)  \(info.title)", ""]
    if !info.description.isEmpty { lines += [info.description, ""] }
    lines.append("level:   \(info.level.rawValue)")
    lines.append(
      "runs:    \(check.map { "in the guest, over \($0.transports.joined(separator: " or "))" } ?? "on the host")")
    if let check, !check.needs.isEmpty { lines.append("needs:   \(check.needs.joined(separator: " "))") }
    if !contract.holds(info, in: .generic) { lines.append("profile: triton; 'generic' leaves it out") }
    for (index, clause) in info.clauses.enumerated() {
      let title = contract[clause].map { "\($0.title) (\($0.level.rawValue))" } ?? "not in the contract"
      lines.append("\(index == 0 ? "clauses:" : "        ") \(clause)  \(title)")
    }
    for (index, line) in wrapped(info.remedy, width: 91).enumerated() {
      lines.append("\(index == 0 ? "remedy: " : "        ") \(line)")
    }
    if let check { lines.append("file:    \(check.path)") }
    if let faults {
      let names = faults.proving(id)
      for (index, line) in wrapped(names.isEmpty ? "none yet" : names.joined(separator: ", "), width: 91).enumerated() {
        lines.append("\(index == 0 ? "faults: " : "        ") \(line)")
      }
    }
    return lines.joined(separator: "\n")
  }
}
