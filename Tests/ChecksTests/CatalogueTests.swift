import Foundation
import Model
import Testing

@testable import Checks

struct CatalogueTests {
  let body = GuestCheck.helperLine + "\nfail \"no\"\n"

  @Test func laterFoldersOverrideById() throws {
    try withFolder { folder in
      try write("R=\n", to: folder + "/one/helpers.sh")
      try write(header + body, to: folder + "/one/net/a.sh")
      try write(header + body, to: folder + "/one/disk/z.sh")
      try write("not a check", to: folder + "/one/README.md")
      try write(header.replacing("something", with: "another thing") + body, to: folder + "/two/net/a.sh")
      let catalogue = try Catalogue.load(folders: [folder + "/one", folder + "/two"])
      #expect(catalogue.guestChecks.map(\.id) == ["disk.z", "net.a"])
      #expect(catalogue.guestChecks[1].info.title == "another thing holds")
      #expect(catalogue.guestChecks[1].path == folder + "/two/net/a.sh")
      #expect(catalogue.helpers == "R=\n")
    }
  }

  @Test(arguments: [
    ("x.sh", "a check lies in an area"), ("net/Bad.sh", "lower-case"), ("n_t/a.sh", "lower-case"),
    ("net/a.sh", "built-in check has the id"),
  ])
  func refusesMisplacedFiles(_ path: String, _ says: String) throws {
    try withFolder { folder in
      try write("R=\n", to: folder + "/helpers.sh")
      try write(header + body, to: folder + "/" + path)
      let error = #expect(throws: VerifyError.self) {
        try Catalogue.load(folders: [folder], hostChecks: [fakeCheck("net.a", "").info])
      }
      #expect(error?.message.contains(says) == true)
      #expect(error?.message.contains(path) == true)
    }
  }

  @Test func refusesFoldersWithoutHelpersOrThatAreMissing() throws {
    try withFolder { folder in
      #expect(throws: VerifyError.self) { try Catalogue.load(folders: [folder]) }
      let error = #expect(throws: VerifyError.self) { try Catalogue.load(folders: [folder + "/none"]) }
      #expect(error?.code == .cannotOpen)
      #expect(mkfifo(folder + "/helpers.sh", 0o600) == 0)
      #expect(throws: VerifyError.self) { try Catalogue.load(folders: [folder]) }
    }
  }

  @Test(arguments: [
    ("network.address", true), ("network.*", true), ("network/addr*", true), ("network", true), ("*.address", true),
    ("n?twork.address", true), ("*", true), ("*e*e*s", true), ("net", false), ("address", false),
    ("network.addres", false), ("network.address?", false), ("disk.*", false),
  ])
  func matchesPatterns(_ pattern: String, _ expected: Bool) throws {
    #expect(try CheckPattern(pattern).matches("network.address") == expected)
  }

  @Test(arguments: ["", "Network", "a b", "[a]", "net\u{e9}"]) func refusesPatterns(_ pattern: String) {
    #expect(throws: VerifyError.self) { try CheckPattern(pattern) }
  }

  @Test func selects() throws {
    let ids = ["disk.a", "net.a", "net.b"]
    let catalogue = Catalogue(
      guestChecks: ids.map { fakeCheck($0, "") }, hostChecks: [fakeCheck("image.digest", "").info], helpers: "")
    #expect(try catalogue.select().infos.map(\.id) == ["disk.a", "image.digest", "net.a", "net.b"])
    #expect(
      try catalogue.select(only: ["net", "image.*"], skip: ["*.b"]).infos.map(\.id) == ["image.digest", "net.a"])
    #expect(throws: VerifyError.self) { try catalogue.select(only: ["nett"]) }
    #expect(throws: VerifyError.self) { try catalogue.select(skip: ["*"]) }
  }

  @Test func findsTheDefaultFolder() throws {
    #expect(try Catalogue.defaultFolder(environment: ["IMGVERIFY_CHECKS": "/x"], executable: nil) == "/x")
    try withFolder { folder in
      try write("R=\n", to: folder + "/checks/helpers.sh")
      let found = try Catalogue.defaultFolder(environment: [:], executable: folder + "/.build/debug/imgverify")
      #expect(found == folder + "/checks")
    }
  }

  @Test func listsWithinAHundredColumns() throws {
    let host = CheckInfo(
      id: "image.digest", title: String(repeating: "t", count: 76) + " end", level: .may, clauses: [], kind: .host,
      remedy: "r",
      description: "d")
    let catalogue = try Catalogue.load(folders: [shippedChecks], hostChecks: [host])
    let lines = catalogue.listing().split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 100 })
    let row = try #require(lines.firstIndex { $0.hasPrefix("image.digest ") && $0.contains(" may     host ") })
    #expect(lines[row].hasSuffix("ttt"))
    #expect(lines[row + 1].hasPrefix("                    ") && lines[row + 1].hasSuffix("ttt"))
    #expect(lines[row + 2].hasSuffix(" end") || lines[row + 1].hasSuffix(" end"))
    #expect(
      lines.last.map(String.init) == "\(catalogue.infos.count) checks: "
        + "\(catalogue.infos.filter { $0.level == .must }.count) must, "
        + "\(catalogue.infos.filter { $0.level == .should }.count) should, "
        + "\(catalogue.infos.filter { $0.level == .may }.count) may")
    let json = try #require(catalogue.listingJSON().array)
    #expect(json.count == catalogue.infos.count)
    #expect(json.contains { $0["id"] == "image.digest" && $0["kind"] == "host" && $0["clauses"] == [] })
  }
}
