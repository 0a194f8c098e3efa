/// How a file system was left, and what of it could not be read.
package struct FileSystemState: Hashable, Sendable {
  /// Bytes; of the whole file system, and of what is in use.
  package var size: Int64 = 0
  package var used: Int64 = 0
  /// What its superblock says that fsck would have to do: `its journal was not replayed`, …
  package var pending: [String] = []
  /// What could not be read of it, with the place; at most ``maximumDamage``.
  package var damage: [String] = []
  /// Why not all of it is in the tree although it is sound: it has more than we take.
  package var cut: String?

  package static let maximumDamage = 20
  package init() {}
}
