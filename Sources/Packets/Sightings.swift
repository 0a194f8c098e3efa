/// How often something was seen, and when: seconds since the first frame of the wire.
package struct Sighting: Hashable, Sendable {
  package private(set) var count = 0
  package private(set) var first = 0.0
  package private(set) var last = 0.0

  package init() {}

  mutating func add(_ time: Double) {
    if count == 0 { first = time }
    count += 1
    last = time
  }
}

/// Different things that were seen; at most ``maximum`` of them, what comes beyond is only counted.
package struct Sightings<Key: Hashable & Sendable>: Sendable {
  package static var maximum: Int { 256 }

  package private(set) var entries: [Key: Sighting] = [:]
  package private(set) var unlisted = 0

  mutating func add(_ key: Key, _ time: Double) {
    guard entries[key] != nil || entries.count < Self.maximum else {
      unlisted += 1
      return
    }
    entries[key, default: Sighting()].add(time)
  }

  package subscript(key: Key) -> Sighting? { entries[key] }
  package var isEmpty: Bool { entries.isEmpty }
}
