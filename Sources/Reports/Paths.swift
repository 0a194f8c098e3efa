/// Whether `path` names something below the folder that it is relative to, in plain characters.
///
/// Only such paths become links and attachments: a check may name its evidence after something a guest has said.
func isSafe(path: String) -> Bool {
  guard !path.isEmpty, path.utf8.count <= 1024, !path.hasPrefix("/") else { return false }
  guard !path.contains("]]"), !path.contains("|") else { return false }
  guard path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && !isUnseemly($0) }) else {
    return false
  }
  return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != "" && $0 != "." && $0 != ".." }
}

/// A relative path as the target of a link; everything but letters, digits and `-._~/` is percent-encoded, so that no
/// part of it can be taken for a scheme, a query or a quote.
func percentEncoded(path: String) -> String {
  let digits = Array("0123456789ABCDEF")
  return path.utf8.reduce(into: "") { result, byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: "/"):
      result.append(Character(Unicode.Scalar(byte)))
    default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }
  }
}
