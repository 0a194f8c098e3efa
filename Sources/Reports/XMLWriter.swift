/// Writes indented XML 1.0; whatever text it is given, the document stays well-formed.
struct XMLWriter {
  private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  private var open: [String] = []

  /// An element whose content `body` writes; without one it is empty. Names are ours and are not escaped.
  mutating func element(
    _ name: String, _ attributes: [(String, String)] = [], _ body: ((inout XMLWriter) -> Void)? = nil
  ) {
    start(name, attributes)
    guard let body else {
      text += "/>\n"
      return
    }
    text += ">\n"
    open.append(name)
    body(&self)
    open.removeLast()
    text += indentation + "</\(name)>\n"
  }

  /// An element that holds nothing but `content`.
  mutating func element(_ name: String, _ attributes: [(String, String)] = [], text content: String) {
    start(name, attributes)
    text += ">" + Self.escaped(content, inAttribute: false) + "</\(name)>\n"
  }

  private mutating func start(_ name: String, _ attributes: [(String, String)]) {
    text += indentation + "<" + name
    for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value, inAttribute: true))\"" }
  }

  private var indentation: String { String(repeating: "  ", count: open.count) }

  /// `value` with markup escaped and every character that XML 1.0 forbids replaced by U+FFFD.
  ///
  /// `>` is escaped too, so that no `]]>` can stand in the text.
  static func escaped(_ value: String, inAttribute: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in value.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      // A parser would turn these into spaces, or CR into LF.
      case "\n" where inAttribute: result.append(contentsOf: "&#10;".unicodeScalars)
      case "\t" where inAttribute: result.append(contentsOf: "&#9;".unicodeScalars)
      case "\r": result.append(contentsOf: "&#13;".unicodeScalars)
      case "\n", "\t": result.append(scalar)
      default:
        let allowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF && scalar.value != 0x7F
        result.append(allowed ? scalar : "\u{FFFD}")
      }
    }
    return String(result)
  }
}
