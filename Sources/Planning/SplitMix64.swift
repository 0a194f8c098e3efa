/// A small random generator whose every number follows from its seed, on every machine and in every version.
///
/// - SeeAlso: Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number below `bound`, which is positive; not by the standard library, whose way may change.
  package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  package mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }

  package mutating func shuffled<T>(_ values: [T]) -> [T] {
    var values = values
    for i in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(i, below(i + 1)) }
    return values
  }
}
