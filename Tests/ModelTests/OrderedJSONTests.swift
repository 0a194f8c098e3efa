import Model
import Testing

struct OrderedJSONTests {
  private func parse(_ text: String) throws(OrderedJSONError) -> OrderedJSON {
    try OrderedJSON(parsing: Array(text.utf8))
  }

  @Test(arguments: [
    ("null", "null"), (" [ 1 , true , false ] ", "[1,true,false]"),
    (#"{"b":1,"a":{"d":[],"c":{}}}"#, #"{"b":1,"a":{"d":[],"c":{}}}"#),
    (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#), ("1.0", "1"), ("-0.25", "-0.25"), ("1e3", "1000"),
    (#""\u0041\n\/\"\\\u001f""#, #""A\n/\"\\\u001f""#), (#""\ud83d\ude00é""#, #""😀é""#),
    (#""\ud83d""#, "\"\u{fffd}\""), (#""\ud83d\u0041""#, "\"\u{fffd}A\""),
  ]) func isWrittenAsJavaScriptWould(text: String, written: String) throws {
    #expect(try parse(text).text == written)
  }

  @Test(arguments: [
    ("", 0), ("[1,]", 3), ("[1", 2), ("{\"a\"}", 4), ("{a:1}", 1), ("01", 2), ("-", 1), ("1.", 2), ("1e", 2), ("+1", 0),
    ("nul", 0), ("\"a", 2), ("\"\n\"", 1), (#""\x""#, 3), (#""\u12g4""#, 5), ("1 2", 2), ("1e999", 5), ("[1 2]", 3),
    ("NaN", 0), (".5", 0),
  ]) func isRefusedWithTheOffset(text: String, offset: Int) {
    let error = #expect(throws: OrderedJSONError.self) { try parse(text) }
    #expect(error?.offset == offset)
  }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try parse(nested(64))
    #expect(throws: OrderedJSONError.self) { try parse(nested(66)) }
    #expect(throws: OrderedJSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func repeatedNamesAreTold() throws {
    let text = #"{"a":{"b":1,"c":2,"b":3},"b":1,"\u0061":[{"x":1,"x":2}]}"#
    let (value, repetitions) = try OrderedJSON.parse(Array(text.utf8))
    #expect(repetitions.map(\.name) == ["b", "x", "a"])
    #expect(repetitions.map(\.offset) == [21, 51, 39])
    #expect(value.text == #"{"a":[{"x":2}],"b":1}"#)
    let many = "{" + Array(repeating: #""a":1"#, count: 10_000).joined(separator: ",") + "}"
    #expect(try OrderedJSON.parse(Array(many.utf8)).repetitions.count == 16)
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    #expect(throws: OrderedJSONError.self) { try OrderedJSON(parsing: [0x22, 0xff, 0x22]) }
  }
}
