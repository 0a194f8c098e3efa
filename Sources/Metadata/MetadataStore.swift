package import Model

/// The keys of one machine, as the SmartOS metadata agent answers for it.
///
/// Shape: keys in the machine's own order; what the guest puts is appended and bounded by ``maximumGuestBytes``.
/// - SeeAlso: mdata-protocol.md, section 8.
package struct MetadataStore: Hashable, Sendable {
  typealias Members = [OrderedJSON.Member]

  /// Bytes of keys and values that the guest may put in all.
  package static let maximumGuestBytes = 4 << 20
  /// Keys that the guest may put in all.
  package static let maximumGuestKeys = 1024

  /// What a lookup comes to.
  package enum Lookup: Hashable, Sendable {
    case found(String)
    case notFound
    /// A value that cannot be sent, or no metadata at all; the text goes into a V2 answer.
    case failure(String)
  }

  /// Why an update was refused.
  package struct Refusal: Error, Hashable, Sendable {
    package var text: String
    package init(text: String) { self.text = text }
  }

  /// `sdc:` keys given by their full name; they win over properties of the machine.
  private(set) var served: Members = []
  /// Properties of the machine without its metadata.
  private(set) var properties: Members = []
  private(set) var customer: Members?
  private(set) var `internal`: Members?
  private var namespaces: [String] = []
  /// Keys that the guest has put and not deleted, oldest first.
  package private(set) var guestKeys: [String] = []
  /// Bytes of each of them with its value, and of all.
  private var guestSizes: [[UInt8]: Int] = [:]
  private var guestBytes = 0
  /// Values of the keys ending in `_pw` that the machine was made with; they never reach a log.
  package private(set) var secrets: [String] = []

  /// Serves a machine as `vmadm get` shows it.
  package init(machine: OrderedJSON) {
    for member in machine.members ?? [] {
      switch member.name {
      case "customer_metadata": customer = member.value.members
      case "internal_metadata": `internal` = member.value.members
      case "internal_metadata_namespaces":
        namespaces = (member.value.array ?? []).compactMap(\.string)
        properties.append(member)
      default: properties.append(member)
      }
    }
    noteSecrets()
  }

  /// Serves a plain list of keys; a value of `null` stands for a key that is not there.
  package init(keys: [OrderedJSON.Member]) {
    (customer, `internal`) = ([], [])
    for key in keys where key.value != .null {
      if key.name.isInSDC {
        served.append(key)
      } else if MetadataStore.isPassword(key.name) {
        `internal`?.append(key)
      } else {
        customer?.append(key)
      }
    }
    noteSecrets()
  }

  /// Reads a JSON file: a machine as `vmadm get` shows it, or an object of keys and their values.
  ///
  /// - Throws: ``VerifyError`` `.usage` when it is neither.
  package init(parsing bytes: [UInt8]) throws {
    let json: OrderedJSON
    do { json = try OrderedJSON(parsing: bytes) } catch {
      throw VerifyError(.usage, "metadata file is not JSON: \(error)", cause: error)
    }
    guard let members = json.members else { throw VerifyError(.usage, "metadata file is not a JSON object") }
    if json["uuid"] != nil || json["customer_metadata"] != nil {
      self.init(machine: json)
    } else {
      self.init(keys: members)
    }
  }

  private mutating func noteSecrets() {
    secrets = (`internal` ?? []).filter { MetadataStore.isPassword($0.name) }.compactMap(\.value.string)
  }

  static func isPassword(_ key: String) -> Bool { key.utf8.reversed().starts(with: "wp_".utf8) }

  /// The internal name space that `key` is in, if it is in one.
  private func namespace(of key: String) -> String? {
    guard let colon = key.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let prefix = String(key[..<colon])
    return namespaces.contains { $0.isSame(as: prefix) } ? prefix : nil
  }
}

extension MetadataStore {
  /// What GET answers for `key`, which is trimmed and not empty.
  package func lookup(_ key: String) -> Lookup {
    if let explicit = MetadataStore.find(key, in: served) { return MetadataStore.answer(explicit) }
    if key.isInSDC { return property(String(key.unicodeScalars.dropFirst(4))) }
    let inside = MetadataStore.isPassword(key) || namespace(of: key) != nil
    guard let metadata = inside ? `internal` : customer else {
      return .failure("Zone did not contain \(inside ? "internal" : "customer")_metadata")
    }
    return MetadataStore.answer(MetadataStore.find(key, in: metadata))
  }

  /// The value that GET would answer, or nil.
  package func value(of key: String) -> String? {
    if case .found(let value) = lookup(key) { return value }
    return nil
  }

  /// What KEYS answers: customer metadata first, passwords and internal name spaces behind it.
  package var keys: [String] {
    func isInternal(_ key: String) -> Bool { MetadataStore.isPassword(key) || namespace(of: key) != nil }
    return (customer ?? []).map(\.name).filter { !isInternal($0) } + (`internal` ?? []).map(\.name).filter(isInternal)
  }

  /// Sets `key`; an empty value removes it.
  package mutating func put(_ key: String, _ value: String) throws(Refusal) {
    try checkWritable(key)
    if value.isEmpty { return remove(key) }
    let size = key.utf8.count + value.utf8.count
    let before = guestSizes[Array(key.utf8)]
    guard
      guestBytes - (before ?? 0) + size <= MetadataStore.maximumGuestBytes,
      before != nil || guestKeys.count < MetadataStore.maximumGuestKeys
    else { throw Refusal(text: "Metadata is too large.") }
    let member = OrderedJSON.Member(key, .string(value))
    update(key) { members in
      if let place = members.firstIndex(where: { $0.name.isSame(as: key) }) {
        members[place] = member
      } else {
        members.append(member)
      }
    }
    if before == nil { guestKeys.append(key) }
    guestSizes[Array(key.utf8)] = size
    guestBytes += size - (before ?? 0)
  }

  /// Removes `key`; one that is not there is removed as well.
  package mutating func delete(_ key: String) throws(Refusal) {
    try checkWritable(key)
    remove(key)
  }

  private func checkWritable(_ key: String) throws(Refusal) {
    if key.isInSDC { throw Refusal(text: "Cannot update the \"sdc\" Namespace.") }
    if let namespace = namespace(of: key) { throw Refusal(text: "Cannot update the \"\(namespace)\" Namespace.") }
  }

  private mutating func remove(_ key: String) {
    update(key) { members in members.removeAll { $0.name.isSame(as: key) } }
    guard let size = guestSizes.removeValue(forKey: Array(key.utf8)) else { return }
    guestBytes -= size
    guestKeys.removeAll { $0.isSame(as: key) }
  }

  /// Where PUT and DELETE of `key` go, which for `operator-script` is not where GET looks.
  private static func isStoredInside(_ key: String) -> Bool { isPassword(key) || key.isSame(as: "operator-script") }

  private mutating func update(_ key: String, _ body: (inout Members) -> Void) {
    if MetadataStore.isStoredInside(key) {
      body(&`internal`.orEmpty)
    } else {
      body(&customer.orEmpty)
    }
  }

  /// A store in which nothing is there but these keys; what is no string stays away as well.
  func keeping(_ keys: [String]) -> MetadataStore {
    MetadataStore(keys: keys.compactMap { key in value(of: key).map { .init(key, .string($0)) } })
  }

  /// The same store with another value of a customer key, in its place if it is there.
  func replacing(_ key: String, with value: String) -> MetadataStore {
    var store = self
    let member = OrderedJSON.Member(key, .string(value))
    if let place = store.customer?.firstIndex(where: { $0.name.isSame(as: key) }) {
      store.customer?[place] = member
    } else {
      store.customer.orEmpty.append(member)
    }
    return store
  }

  static func find(_ name: String, in members: Members) -> OrderedJSON? {
    members.first { $0.name.isSame(as: name) }?.value
  }

  static func answer(_ value: OrderedJSON?) -> Lookup {
    switch value {
    case nil, .null: .notFound
    case .string(let text), .number(let text): .found(text)
    case .bool(let value): .found(value ? "true" : "false")
    case .array(let elements): elements.isEmpty ? .found("") : .failure("")
    case .object: .failure("")
    }
  }
}

extension Optional<[OrderedJSON.Member]> {
  /// The array, made when there is none yet.
  fileprivate var orEmpty: [OrderedJSON.Member] {
    get { self ?? [] }
    set { self = newValue }
  }
}
