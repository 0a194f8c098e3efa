import Foundation
import Model
import Testing

@testable import Checks

/// What lint says of folders of checks, and that the project's own have nothing to be said of.
struct CatalogueLintTests {
  private let body = GuestCheck.helperLine + "\nfail \"no\"\n"
  private let contract = """
    clauses:
      - {id: 25, title: a, level: must}
      - {id: 28, title: b, level: should}
      - {id: 30, title: c, level: may, untested: no such machine}
    """

  private func lint(_ files: [String: String], faults: [String: String]? = nil, more: [String: String] = [:]) throws
    -> [String]
  {
    try withFolder { folder in
      try write("R=\n", to: folder + "/own/helpers.sh")
      try write(contract, to: folder + "/own/contract.yaml")
      for (path, text) in files { try write(text, to: folder + "/own/" + path) }
      for (path, text) in more { try write(text, to: folder + "/more/" + path) }
      for (path, text) in faults ?? [:] { try write(text, to: folder + "/faults/" + path) }
      let list = try faults.map { _ in try FaultList(folder: folder + "/faults") }
      return CatalogueLint.problems(
        own: folder + "/own", folders: more.isEmpty ? [] : [folder + "/more"], hostChecks: [], faults: list
      ).map { $0.replacing(folder + "/", with: "") }
    }
  }

  @Test func aGoodFolderHasNoProblem() throws {
    #expect(try lint(["net/a.sh": header + body], faults: ["net/x/fault": "base: debian\nfails: net.a\n"]) == [])
  }

  @Test func allProblemsAreToldNotOnlyTheFirst() throws {
    let problems = try lint([
      "net/a.sh": header.replacing("25, 28", with: "28, 25") + body,
      "net/b.sh": header.replacing("25, 28", with: "99") + body,
      "net/c.sh": header.replacing("level: must", with: "level: most") + body,
      "net/d.sh": header.replacing("25, 28", with: "28") + body,
      "net/e.sh": header.replacing("25, 28", with: "25, 30") + body,
      "net/f.sh": header.replacing("25, 28", with: "none") + body,
      "g.sh": header + body,
    ])
    #expect(
      problems.sorted() == [
        "own/contract.yaml:4: clause 30 says why it is untested, and net.e tests it; take out 'untested'",
        "own/g.sh: a check lies in an area, as in own/network/g.sh",
        "own/net/a.sh:4: write each clause once, in ascending order",
        "own/net/b.sh:4: level must for clause 99, which has no 'must'; make it 'should', or name the clause that says so",
        "own/net/b.sh:4: there is no clause 99; 'imgverify checks coverage' shows all",
        "own/net/c.sh:3: level 'most' is none of must, should, may",
        "own/net/d.sh:4: level must for clause 28, which has no 'must'; make it 'should', or name the clause that says so",
        "own/net/f.sh:4: level must for no clause; make it 'should', or name the clause that says so",
      ])
  }

  @Test func eachOwnCheckNeedsAFaultAndEachFaultACheck() throws {
    let problems = try lint(
      ["net/a.sh": header + body, "net/b.sh": header + body],
      faults: ["net/x/fault": "# why\nfails: net.a net.z\n", "net/y/fault": "alone: yes\n", "net/z/root.sh": ""],
      more: ["net/c.sh": header + body])
    #expect(problems.count == 4)
    #expect(problems.contains { $0.hasPrefix("faults/net/y/fault:1: no line 'fails: ID...'") })
    #expect(problems.contains { $0.hasPrefix("faults/net/z/fault: No such file") })
    #expect(problems.contains("faults/net/x/fault:2: there is no check 'net.z'"))
    #expect(
      problems.contains { $0.hasPrefix("own/net/b.sh:1: no fault proves that it can fail; add fixtures/faults/net/") })
  }

  @Test func anUnknownClauseIsRefusedAtLoad() throws {
    try withFolder { folder in
      try write("R=\n", to: folder + "/helpers.sh")
      try write(contract, to: folder + "/contract.yaml")
      try write(header.replacing("25, 28", with: "25, 77") + body, to: folder + "/net/a.sh")
      let error = #expect(throws: VerifyError.self) { try Catalogue.load(folders: [folder]) }
      #expect(error?.message.contains("/net/a.sh:4: there is no clause 77") == true)
    }
  }

  /// A skeleton runs, judges nothing, and lint says that it is one and nothing else.
  @Test(arguments: Shell.installed) func aSkeletonRuns(_ shell: Shell) throws {
    try withFolder { folder in
      let skeleton = try CheckSkeleton(id: "my-area.what", folder: folder + "/new")
      try skeleton.write()
      let again = #expect(throws: VerifyError.self) { try skeleton.write() }
      #expect(again?.code == .usage && again?.message.contains("is there already") == true)
      #expect(
        CatalogueLint.problems(own: shippedChecks, folders: [folder + "/new"], hostChecks: BuiltIn.infos, faults: nil)
          == ["\(skeleton.path):1: the body is still that of 'checks new'; write your own"])
      try write("ID=\"x\"\n", to: folder + "/root/etc/os-release")
      let (status, output) = try run(
        shell.rawValue, (shell == .busybox ? ["sh"] : []) + [skeleton.path],
        environment: ["IMGVERIFY_HELPERS": shippedChecks + "/helpers.sh", "IMGVERIFY_ROOT": folder + "/root"])
      #expect(status == 77)
      #expect(String(decoding: output, as: UTF8.self) == "note: os=x\nreason: this check is still a skeleton\n")
    }
  }

  @Test(arguments: ["a", "a.b.c", "A.b", "a.b-", "../x.y", "a/b.c", ""]) func aSkeletonNeedsAnId(_ id: String) {
    #expect(throws: VerifyError.self) { try CheckSkeleton(id: id, folder: "/tmp") }
  }

  @Test func theProjectsOwnChecksAreClean() throws {
    let problems = CatalogueLint.problems(own: shippedChecks, folders: [], hostChecks: BuiltIn.infos, faults: nil)
    #expect(problems == [])
  }

  /// Each check of the project is proven by a seeded fault, but for those that wait for one. Take a check out of the
  /// list when it has its fault; nothing is ever added.
  @Test func everyCheckIsProvenByAFault() throws {
    let catalogue = try Catalogue.load(folders: [shippedChecks], hostChecks: BuiltIn.infos)
    let faults = try FaultList(folder: repository + "fixtures/faults")
    #expect(faults.problems.isEmpty)
    let unproven = Set(CatalogueLint.unproven(catalogue, faults, own: shippedChecks).map(\.id))
    #expect(unproven.subtracting(checksWithoutFault) == [], "add a folder fixtures/faults/AREA/NAME for each")
    #expect(
      checksWithoutFault.subtracting(unproven) == [], "have a fault now: take them out of Unproven.swift")
  }

  @Test func theCatalogueInMarkdownIsFresh() throws {
    let catalogue = try Catalogue.load(folders: [shippedChecks], hostChecks: BuiltIn.infos)
    let file = try String(contentsOfFile: shippedChecks + "/CATALOG.md", encoding: .utf8)
    #expect(
      catalogue.markdown() == file, "checks/CATALOG.md is old; run: ./imgverify checks catalog > checks/CATALOG.md")
  }

  @Test func aCheckIsDescribedWithItsClausesAndFaults() throws {
    try withFolder { folder in
      try write("fails: network.mtu\n", to: folder + "/network/mtu-ignored/fault")
      let catalogue = try Catalogue.load(folders: [shippedChecks], hostChecks: BuiltIn.infos)
      let faults = try FaultList(folder: folder)
      let text = try catalogue.describe("network.mtu", faults: faults)
      #expect(text.hasPrefix("network.mtu  Every NIC has the promised MTU\n\n"))
      #expect(
        text.contains("\nclauses: 30  MTU, resolvers, search domain and static routes are as promised (should)\n"))
      #expect(text.hasSuffix("\nfaults:  network/mtu-ignored"))
      #expect(try catalogue.describe("network.mtu").hasSuffix("/checks/network/mtu.sh"))
      #expect(try catalogue.describe("image.smartos", faults: faults).contains("\nprofile: triton; 'generic' leaves"))
      #expect(throws: VerifyError.self) { try catalogue.describe("network.nothing") }
    }
  }
}
