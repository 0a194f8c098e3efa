import Foundation
import Model
import Testing

@testable import Checks

/// The contract's clauses: what their file may say, what holds in which profile, and what is covered.
struct ContractTests {
  private func read(_ files: String...) throws -> Contract {
    var contract = Contract()
    for (index, text) in files.enumerated() { try contract.read(Array(text.utf8), path: "\(index + 1)/contract.yaml") }
    return contract
  }

  private let own = """
    clauses:
      - {id: 2, title: "Two: holds", level: should, promised-by: smartos}
      - {id: 1, title: One holds, level: must}
      - {id: 3, title: Three holds, level: may, untested: There is no such machine}
    """

  private func info(_ id: String, _ clauses: [Int], _ profile: CheckInfo.Scope? = nil) -> CheckInfo {
    CheckInfo(
      id: id, title: "t", level: .should, clauses: clauses, kind: .host, remedy: "r", description: "d",
      profile: profile)
  }

  @Test func everyFieldIsRead() throws {
    let contract = try read(own)
    #expect(
      contract.clauses == [
        ContractClause(id: 1, title: "One holds", level: .must),
        ContractClause(id: 2, title: "Two: holds", level: .should, promisedBy: "smartos"),
        ContractClause(id: 3, title: "Three holds", level: .may, untested: "There is no such machine"),
      ])
    #expect(contract.place(of: 3) == "1/contract.yaml:4")
  }

  @Test func aLaterFileReplacesByNumber() throws {
    let contract = try read(own, "clauses: [{id: 2, title: Ours, level: must}, {id: 100, title: More, level: may}]")
    #expect(contract.clauses.map(\.title) == ["One holds", "Ours", "Three holds", "More"])
    #expect(contract[2]?.promisedBy == nil)
  }

  @Test(arguments: [
    ("", "1/contract.yaml is empty; it needs 'clauses:'"),
    ("clauses: [{id: 1, title: t, level: must}, {id: 1, title: u, level: may}]", "clause 1 is here twice"),
    ("clauses:\n  - {title: t, level: must}", "1/contract.yaml:2: a clause needs 'id'; add it"),
    ("clauses: [{id: 1000, title: t, level: must}]", "must be a number from 1 to 999"),
    ("clauses: [{id: 1, level: must}]", "a clause needs 'title'; add it"),
    ("clauses: [{id: 1, title: t, level: MUST}]", "'MUST' is none of must, should, may"),
    ("clauses: [{id: 1, title: t, level: may, why: x}]", "a clause has no field 'why'"),
    ("clauses: [{id: 1, title: t, level: may, untested: ''}]", "untested: is empty"),
    ("clause: []", "a contract has no field 'clause'"), ("clauses: {", "no YAML that can be read"),
  ])
  func refusesWithFileAndLine(_ text: String, _ says: String) {
    let error = #expect(throws: VerifyError.self) { try read(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix("1/contract.yaml") == true)
  }

  @Test func genericLeavesOutWhatOnlySmartOSPromises() throws {
    let contract = try read(own)
    let checks = [
      info("a.all", [1]), info("a.both", [1, 2]), info("a.only", [2]), info("a.none", []),
      info("a.said", [1], .triton), info("a.kept", [2], .any),
    ]
    let catalogue = Catalogue(guestChecks: [], hostChecks: checks, helpers: "", contract: contract)
    #expect(catalogue.leftOut(by: .triton) == [])
    #expect(catalogue.leftOut(by: .generic) == ["a.only", "a.said"])
    #expect(try catalogue.select(profile: .generic).infos.map(\.id) == ["a.all", "a.both", "a.kept", "a.none"])
    #expect(try catalogue.select(profile: .triton).infos.count == 6)
    let error = #expect(throws: VerifyError.self) { try catalogue.select(only: ["a.only"], profile: .generic) }
    #expect(error?.message.contains("--profile generic leaves out") == true)
    let terms = catalogue.terms(in: .generic)
    #expect(terms.profile == "generic" && terms.leftOut == ["a.only", "a.said"])
    #expect(terms.clauses.map(\.checks) == [["a.all", "a.both", "a.said"], ["a.both", "a.kept", "a.only"], []])
  }

  @Test func coverageSaysWhatTestsWhat() throws {
    let contract = try read(own, "clauses: [{id: 4, title: Four, level: should}, {id: 5, title: Five, level: may}]")
    let catalogue = Catalogue(guestChecks: [], hostChecks: [info("a.x", [1, 2])], helpers: "", contract: contract)
    let coverage = CoverageListing(catalogue)
    #expect(coverage.gaps.map(\.id) == [4])
    #expect(
      coverage.text() == """
          1  must    One holds
                     tested by a.x
          2  should  Two: holds (smartos only)
                     tested by a.x
          3  may     Three holds
                     untested: There is no such machine
          4  should  Four
                     NOT COVERED
          5  may     Five
                     NOT COVERED

        5 clauses: 2 tested, 1 untested for a reason, 2 NOT COVERED (1 of them must or should)

        """)
    let json = try #require(coverage.json().array)
    #expect(json.map { $0["state"]?.string } == ["tested", "tested", "untested", "uncovered", "uncovered"])
    #expect(json[1]["promisedBy"] == "smartos" && json[0]["checks"] == ["a.x"])
  }

  /// What can be observed is tested, but for what waits for its check. Take a clause out of the list when it has one.
  @Test func everyClauseIsTested() throws {
    let gaps = Set(
      CoverageListing(try Catalogue.load(folders: [shippedChecks], hostChecks: BuiltIn.infos)).gaps.map(\.id))
    #expect(gaps.subtracting(clausesWithoutCheck) == [], "'imgverify checks coverage' says what is tested")
    #expect(clausesWithoutCheck.subtracting(gaps) == [], "have a check now: take them out of Unproven.swift")
  }

  /// Reasons for leaving clauses untested are rare, and what SmartOS alone promises is not all.
  @Test func theShippedContractHasAllClauses() throws {
    let catalogue = try Catalogue.load(folders: [shippedChecks], hostChecks: BuiltIn.infos)
    #expect(catalogue.contract.clauses.map(\.id) == Array(1...74))
    let left = catalogue.leftOut(by: .generic)
    for id in ["metadata.asked", "metadata.tools", "identity.hostid", "manifest.hybrid", "image.smartos"] {
      #expect(left.contains(id), "\(id)")
    }
    for id in ["network.address", "ssh.root-key", "image.stream", "manifest.valid", "disk.no-swap"] {
      #expect(!left.contains(id), "\(id)")
    }
  }
}
