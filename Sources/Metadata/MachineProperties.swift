import Model

extension MetadataStore {
  /// What `sdc:` and `name` come to.
  func property(_ name: String) -> Lookup {
    let machine = OrderedJSON.object(properties)
    switch name {
    case "nics", "resolvers", "tmpfs":
      guard let value = machine[name] else { return .notFound }
      return .found(value.text)
    case "routes":
      guard let routes = machine[name]?.members else { return .notFound }
      return .found(MetadataStore.routes(routes, nics: machine["nics"]?.array ?? []).text)
    case "operator-script":
      return MetadataStore.answer(MetadataStore.find(name, in: `internal` ?? []))
    case "volumes":
      return MetadataStore.answer(MetadataStore.find("sdc:volumes", in: `internal` ?? []))
    default:
      return MetadataStore.answer(flattened(name))
    }
  }

  /// A property by name, a member or element of one by dotted path, or a field of an element (`nics.0.mac`).
  private func flattened(_ path: String) -> OrderedJSON? {
    let all = OrderedJSON.object(
      properties + [
        .init("customer_metadata", .object(customer ?? [])), .init("internal_metadata", .object(`internal` ?? [])),
      ])
    if let value = all[path] { return value }
    let steps = path.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard steps.count == 2, let container = all[steps[0]] else { return nil }
    guard let elements = container.array else { return container[steps[1]] }
    let inner = steps[1].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let first = inner.first, let index = Int(first), String(index) == first, elements.indices.contains(index)
    else { return nil }
    switch inner.count {
    case 1: return elements[index]
    case 2: return elements[index][inner[1]]
    default: return nil
    }
  }

  /// The machine's map of routes as the array that guests get; one through a NIC without a static address is left out.
  private static func routes(_ routes: Members, nics: [OrderedJSON]) -> OrderedJSON {
    .array(
      routes.compactMap { route in
        guard let target = route.value.string else { return nil }
        let nic: OrderedJSON?
        if let index = argument(of: "nics", in: target) {
          nic = Int(index).flatMap { nics.indices.contains($0) ? nics[$0] : nil }
        } else if let mac = argument(of: "macs", in: target) {
          nic = nics.first { $0["mac"]?.string == mac }
        } else {
          return entry(linklocal: false, route.name, target)
        }
        guard let address = nic?["ip"]?.string, address != "dhcp" else { return nil }
        return entry(linklocal: true, route.name, address)
      })
  }

  private static func entry(linklocal: Bool, _ destination: String, _ gateway: String) -> OrderedJSON {
    .object([
      .init("linklocal", .bool(linklocal)), .init("dst", .string(destination)), .init("gateway", .string(gateway)),
    ])
  }

  /// `x` of `name[x]`.
  private static func argument(of name: String, in text: String) -> String? {
    guard text.hasPrefix("\(name)["), text.hasSuffix("]") else { return nil }
    return String(text.dropFirst(name.count + 1).dropLast())
  }
}
