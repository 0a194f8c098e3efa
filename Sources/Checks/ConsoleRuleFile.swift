package import Consoles
import Model
import Yams

/// Console rules as files: `console.yaml` of a checks folder.
///
/// Shape: see `checks/README.md`. Rules of a later file replace those of the same id, in their place; `disable` takes
/// rules away. Files are bounded in size, rules in number, texts in number and length.
package struct ConsoleRuleFile: Sendable {
  package static let name = "console.yaml"
  package static let maximumSize = 256 << 10
  package static let maximumRules = 500

  /// In the order of the files.
  package private(set) var rules: [ConsoleRule] = []

  package init() {}

  /// Reads one more file.
  ///
  /// - Throws: ``VerifyError`` `.usage` with file and line, and what to do about it.
  package mutating func read(_ bytes: [UInt8], path: String) throws {
    let place = YAMLPlace(path: path)
    guard let node = try place.compose(bytes, atMost: Self.maximumSize) else {
      throw VerifyError(.usage, "\(path) is empty; it needs 'rules:' or 'disable:'")
    }
    let root = try YAMLFields(node, place, known: ["rules", "disable"], what: "a file of console rules")
    var own: Set<String> = []
    for node in try root.list("rules") {
      let rule = try ConsoleRule(node, place)
      guard own.insert(rule.id).inserted else {
        throw place.error(node, "the rule '\(rule.id)' is here twice; rename one of them")
      }
      if let index = rules.firstIndex(where: { $0.id == rule.id }) {
        rules[index] = rule
      } else {
        rules.append(rule)
      }
    }
    for node in try root.list("disable") {
      let fields = try YAMLFields(node, place, known: ["id", "reason"], what: "an entry of 'disable'")
      let id = try fields.text("id")
      _ = try fields.text("reason")
      guard let index = rules.firstIndex(where: { $0.id == id }) else {
        throw place.error(node, "there is no rule '\(id)' to disable; 'imgverify console rules' lists all")
      }
      rules.remove(at: index)
    }
    guard rules.count <= Self.maximumRules else {
      throw VerifyError(.usage, "\(path): more than \(Self.maximumRules) rules in all")
    }
    let size = rules.reduce(0) { $0 + ($1.texts + $1.anew).reduce(0) { $0 + $1.utf8.count } }
    guard size <= ConsoleRules.maximumText else {
      throw VerifyError(.usage, "\(path): the texts of all rules are more than \(ConsoleRules.maximumText >> 10) KiB")
    }
  }
}

extension ConsoleRule {
  private static let fields: Set<String> = [
    "id", "category", "severity", "check", "text", "place", "prompt", "with", "unless", "because", "start", "end",
    "times", "anew", "meaning", "reason",
  ]

  fileprivate init(_ node: Node, _ place: YAMLPlace) throws {
    let fields = try YAMLFields(node, place, known: Self.fields, what: "a console rule")
    let id = try fields.name("id")
    let severity: Severity = try fields.choice("severity")
    let explained = severity == .ignore ? "reason" : "meaning"
    self.init(
      severity, id, texts: try fields.texts("text", required: true), meaning: try fields.text(explained))
    if fields.has("category") { category = try fields.name("category") }
    try fields.refuse(
      severity == .ignore ? "meaning" : "reason", "a rule of severity '\(severity.rawValue)' has '\(explained)' instead"
    )
    if severity == .fatal {
      stop = try fields.choice("check") as Stop
    } else {
      try fields.refuse("check", "only a fatal rule names the check that fails for it")
    }
    if fields.has("place") { self.place = try fields.choice("place") }
    isPrompt = try fields.flag("prompt")
    if isPrompt, self.place != .line {
      throw fields.error("prompt", "a prompt stands at the start of its line; add 'place: line'")
    }
    with = try fields.texts("with")
    unless = try fields.texts("unless")
    reasons = try fields.texts("because")
    start = try fields.texts("start")
    end = try fields.texts("end")
    anew = try fields.texts("anew")
    times = try fields.number("times", 1...100) ?? 1
    if !anew.isEmpty, times == 1 { throw fields.error("anew", "'anew' needs 'times: 2' or more") }
    if severity == .ignore {
      for field in ["because", "start", "end", "times", "prompt"] {
        try fields.refuse(field, "an ignored line raises nothing, so this says nothing")
      }
    }
  }
}
