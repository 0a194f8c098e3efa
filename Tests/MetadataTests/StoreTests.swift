import Metadata
import Model
import Testing

struct StoreTests {
  let machine = """
    {"uuid":"u","x.y":"dotted","nics":[{"mac":"m0","ip":"dhcp"},{"mac":"m1","ip":"1.2.3.4"}],
     "routes":{"10.0.0.0/8":"nics[0]","11.0.0.0/8":"nics[1]","12.0.0.0/8":"macs[m1]","13.0.0.0/8":"9.9.9.9"},
     "disks":[],"flag":false,"nothing":null,"ratio":0.5,"whole":2.0,"tmpfs":256,
     "customer_metadata":{"z":"1","a":"2","left_pw":"hidden","ns:in":"hidden"},
     "internal_metadata":{"root_pw":"p","ns:k":"v","plain":"hidden","operator-script":"o","sdc:volumes":"[]"},
     "internal_metadata_namespaces":["ns"]}
    """

  func store() throws -> MetadataStore { try MetadataStore(parsing: Array(machine.utf8)) }

  @Test(arguments: [
    ("sdc:uuid", "u"), ("sdc:x.y", "dotted"), ("sdc:nics.1.ip", "1.2.3.4"), ("sdc:flag", "false"),
    ("sdc:ratio", "0.5"), ("sdc:whole", "2"), ("sdc:tmpfs", "256"), ("sdc:disks", ""),
    ("sdc:routes.13.0.0.0/8", "9.9.9.9"),
    ("sdc:customer_metadata.z", "1"), ("sdc:internal_metadata_namespaces.0", "ns"), ("sdc:volumes", "[]"),
    ("sdc:operator-script", "o"), ("z", "1"), ("root_pw", "p"), ("ns:k", "v"),
    ("sdc:nics", #"[{"mac":"m0","ip":"dhcp"},{"mac":"m1","ip":"1.2.3.4"}]"#),
    (
      "sdc:routes",
      #"[{"linklocal":true,"dst":"11.0.0.0/8","gateway":"1.2.3.4"},"#
        + #"{"linklocal":true,"dst":"12.0.0.0/8","gateway":"1.2.3.4"},"#
        + #"{"linklocal":false,"dst":"13.0.0.0/8","gateway":"9.9.9.9"}]"#
    ),
  ]) func getFinds(key: String, value: String) throws {
    #expect(try store().lookup(key) == .found(value))
  }

  @Test(arguments: [
    "sdc:", "sdc:nothing", "sdc:resolvers", "sdc:nics.2.ip", "sdc:nics.1.ip.x", "sdc:nics.01.ip", "sdc:nics.-1.ip",
    "sdc:nics.1.absent", "sdc:uuid.x", "plain", "operator-script", "left_pw", "ns:in", "absent",
  ]) func getDoesNotFind(key: String) throws {
    #expect(try store().lookup(key) == .notFound)
  }

  @Test(arguments: ["sdc:nics.1", "sdc:customer_metadata", "sdc:internal_metadata_namespaces"])
  func getCannotSend(key: String) throws {
    #expect(try store().lookup(key) == .failure(""))
  }

  @Test func keysComeInTheMachinesOrderCustomerFirst() throws {
    #expect(try store().keys == ["z", "a", "root_pw", "ns:k"])
  }

  @Test func putKeepsThePlaceAndDeleteMakesRoom() throws {
    var store = try store()
    try store.put("new", "1")
    try store.put("z", "2")
    #expect(store.keys == ["z", "a", "new", "root_pw", "ns:k"])
    try store.delete("z")
    try store.put("z", "3")
    #expect(store.keys == ["a", "new", "z", "root_pw", "ns:k"])
    try store.put("a", "")
    #expect(store.value(of: "a") == nil)
    #expect(store.guestKeys == ["new", "z"])
  }

  @Test func theOperatorScriptIsWrittenWhereGetDoesNotLook() throws {
    var store = try store()
    try store.put("operator-script", "mine")
    #expect(store.value(of: "operator-script") == nil)
    #expect(store.value(of: "sdc:operator-script") == "mine")
  }

  @Test(arguments: [("sdc:uuid", "sdc"), ("sdc:\u{301}", "sdc"), ("ns:k", "ns")])
  func readOnlyNamespaces(key: String, name: String) throws {
    var store = try store()
    let refusal = MetadataStore.Refusal(text: "Cannot update the \"\(name)\" Namespace.")
    #expect(throws: refusal) { try store.put(key, "x") }
    #expect(throws: refusal) { try store.delete(key) }
  }

  @Test func whatAGuestMayPutIsBounded() throws {
    var store = MetadataStore(keys: [])
    let half = String(repeating: "x", count: MetadataStore.maximumGuestBytes / 2 - 1)
    try store.put("a", half)
    try store.put("b", half)
    let refusal = MetadataStore.Refusal(text: "Metadata is too large.")
    #expect(throws: refusal) { try store.put("c", "x") }
    try store.put("a", "small")
    try store.put("c", "x")
    store = MetadataStore(keys: [])
    for number in 0..<MetadataStore.maximumGuestKeys { try store.put("k\(number)", "v") }
    #expect(throws: refusal) { try store.put("one more", "v") }
    try store.put("k1", "again")
    try store.delete("k1")
    try store.put("one more", "v")
  }

  @Test func aMachineWithoutMetadataFails() {
    let store = MetadataStore(machine: .object([]))
    #expect(store.lookup("a") == .failure("Zone did not contain customer_metadata"))
    #expect(store.lookup("a_pw") == .failure("Zone did not contain internal_metadata"))
  }

  @Test(arguments: ["", "[]", "{", "{\"a\":1}x"]) func aFileThatIsNoObjectIsAUsageError(text: String) {
    let error = #expect(throws: VerifyError.self) { try MetadataStore(parsing: Array(text.utf8)) }
    #expect(error?.code == .usage)
  }
}
