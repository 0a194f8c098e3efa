import Model

extension Catalogue {
  /// `CATALOG.md`: all checks by area, for people who browse.
  ///
  /// It depends on the checks alone: neither on where the folder is nor on the day.
  package func markdown() -> String {
    let infos = infos
    let areas = Dictionary(grouping: infos) { $0.id.prefix { $0 != "." } }
    var text = """
      # All checks

      Made by `imgverify checks catalog`; not to be edited. \(infos.count) checks: those from *guest* are a file in the folder of
      their area, those from *host* are built into the program. Clauses are those of the guest contract (`contract.yaml`).

      """
    for (area, checks) in areas.sorted(by: { $0.key < $1.key }) {
      text +=
        "\n## \(area)\n\n| check | level | from | clauses | holds when it passes | remedy |\n|---|---|---|---|---|---|\n"
      for check in checks {
        let cells = [
          "`\(check.id)`", check.level.rawValue, check.kind.rawValue, check.clauseText, check.title, check.remedy,
        ]
        text += "| " + cells.map(cell).joined(separator: " | ") + " |\n"
      }
    }
    return text
  }

  private func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("<", with: "&lt;").replacing("\n", with: " ")
  }
}
