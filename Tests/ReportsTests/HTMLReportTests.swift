import Foundation
import Model
import Testing

@testable import Reports

@Suite struct HTMLReportTests {
  static let files = ["02-qemu-q35": ["argv.txt", "console.log", "screen.png", "odd\"name<.txt"]]

  @Test func theRejectedPageIsTheGoldenOne() throws {
    try expectGolden(Report(Samples.rejected).html(files: Self.files), "rejected.html")
  }

  @Test func theLayoutsPageIsTheGoldenOne() throws {
    try expectGolden(Report(LayoutSamples.journal).html(), "layouts.html")
  }

  @Test(arguments: Samples.named.map(\.name)) func pagesNeedNothingFromElsewhere(name: String) {
    let html = Report(Samples.named.first { $0.name == name }!.journal).html(files: Self.files)
    for word in ["<script", "http://", "https://", "@import", "url(", "<img", "<link", "onclick", "\"javascript:"] {
      #expect(html.contains(word) == false, "\(word)")
    }
    #expect(html.contains("prefers-color-scheme:dark"))
    #expect(html.contains("name=\"viewport\""))
  }

  @Test(arguments: Samples.named.map(\.name)) func everyElementIsClosed(name: String) {
    let html = Report(Samples.named.first { $0.name == name }!.journal).html(files: Self.files)
    for element in [
      "section", "article", "details", "div", "p", "table", "tr", "td", "th", "ul", "ol", "li", "dl", "pre", "span",
      "code", "a", "i", "b",
    ] {
      let opened =
        html.components(separatedBy: "<\(element)>").count + html.components(separatedBy: "<\(element) ").count - 2
      #expect(opened == html.components(separatedBy: "</\(element)>").count - 1, "\(element)")
    }
  }

  @Test func hostileTextStaysText() {
    let html = Report(Samples.hostile).html(files: ["01-qemu-pc": ["<script>.txt", "../x", "a\nb"]])
    #expect(!html.contains("<script"))
    #expect(html.contains("&lt;script&gt;alert(1)"))
    #expect(!html.contains("href=\"../"))
    #expect(html.contains("href=\"boots/01-qemu-pc/%3Cscript%3E.txt\""))
    #expect(html.unicodeScalars.allSatisfy { ($0.value >= 0x20 || $0 == "\n" || $0 == "\t") && !isUnseemly($0) })
    #expect(html.utf8.count < 500_000)
  }

  @Test func theVerdictIsSaidInWordsBeforeEverythingElse() throws {
    let html = Report(Samples.rejected).html()
    let word = try #require(html.range(of: "</span> REJECTED</h1>")).lowerBound
    let sentence = try #require(html.range(of: "disk.root-found: waited 90 s")).lowerBound
    let facts = try #require(html.range(of: "<h2>This run</h2>")).lowerBound
    #expect(word < sentence && sentence < facts)
  }

  @Test func markupEscapesWhatIsPutIntoIt() {
    let text = "<b a='\"&\u{0}\u{202E}"
    #expect(("<i>\(text)</i>" as Markup).text == "<i>&lt;b a=&#39;&quot;&amp;\u{FFFD}\u{FFFD}</i>")
  }
}
