/// The files of an image, as they lie on its disk: who owns them, how large they are, and what stands in those few that
/// somebody wants to read.
///
/// Paths begin with `/` and end with none; names that are no UTF-8 hold U+FFFD. A value, easily made by hand:
/// ```swift
/// var tree = FileTree()
/// tree.add(file: "/etc/hostname", "web1\n")
/// tree.add(link: "/lib", to: "usr/lib")
/// ```
package struct FileTree: Hashable, Sendable {
  package enum Kind: Character, Hashable, Sendable {
    case file = "f"
    case folder = "d"
    case link = "l"
    /// A device, a pipe or a socket.
    case other = "o"
  }

  package struct Entry: Hashable, Sendable {
    package var kind: Kind
    /// The lower twelve bits: `0o644`.
    package var mode: UInt16
    package var owner: UInt32
    package var group: UInt32
    /// Bytes.
    package var size: Int64
    /// Seconds since 1970.
    package var modified: Int64
    /// Of a symbolic link.
    package var target: String?

    package init(
      _ kind: Kind, mode: UInt16, owner: UInt32 = 0, group: UInt32 = 0, size: Int64 = 0, modified: Int64 = 0,
      target: String? = nil
    ) {
      (self.kind, self.mode, self.owner, self.group) = (kind, mode, owner, group)
      (self.size, self.modified, self.target) = (size, modified, target)
    }
  }

  private var entries: [String: Entry] = [:]
  private var contents: [String: [UInt8]] = [:]
  /// Names in each folder, in the order in which they came.
  private var names: [String: [String]] = [:]

  package init() { entries["/"] = Entry(.folder, mode: 0o755) }

  /// How many entries there are, the root among them.
  package var count: Int { entries.count }

  /// The entry at exactly this path: links are not followed.
  package func entry(_ path: String) -> Entry? { entries[path] }

  /// The start of the file at exactly this path, when it was read.
  package func bytes(_ path: String) -> [UInt8]? { contents[path] }

  /// Names in the folder at exactly this path, sorted.
  package func names(in folder: String) -> [String] { (names[folder] ?? []).sorted() }

  /// Adds an entry, and folders of root above it where there are none; what is there already stays.
  package mutating func add(_ path: String, _ entry: Entry, contents bytes: [UInt8]? = nil) {
    if let bytes, contents[path] == nil { contents[path] = bytes }
    if path == "/" { return entries[path] = entry }
    guard entries.updateValue(entry, forKey: path) == nil else { return }
    let (folder, name) = FileTree.split(path)
    if entries[folder] == nil { add(folder, Entry(.folder, mode: 0o755)) }
    names[folder, default: []].append(name)
  }

  /// What was read of a file that is, or will be, there.
  package mutating func add(contents bytes: [UInt8], of path: String) { contents[path] = bytes }

  package mutating func add(file path: String, _ text: String = "", mode: UInt16 = 0o644) {
    add(path, Entry(.file, mode: mode, size: Int64(text.utf8.count)), contents: Array(text.utf8))
  }
  package mutating func add(folder path: String, mode: UInt16 = 0o755) { add(path, Entry(.folder, mode: mode)) }
  package mutating func add(link path: String, to target: String) {
    add(path, Entry(.link, mode: 0o777, size: Int64(target.utf8.count), target: target))
  }

  /// Takes away what is at `path`, and all below it.
  package mutating func remove(_ path: String) {
    guard path != "/" else { return self = FileTree() }
    for name in names(in: path) { remove(FileTree.join(path, name)) }
    (entries[path], names[path], contents[path]) = (nil, nil, nil)
    let (folder, name) = FileTree.split(path)
    names[folder]?.removeAll { $0 == name }
  }

  /// Puts the root of `tree` at `path`, in place of all that is there: as a mount does.
  package mutating func mount(_ tree: FileTree, at path: String) {
    for name in names(in: path) { remove(FileTree.join(path, name)) }
    for (inner, entry) in tree.entries {
      add(inner == "/" ? path : (path == "/" ? "" : path) + inner, entry, contents: tree.contents[inner])
    }
  }

  /// `/etc` and `hosts` of `/etc/hosts`.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("/", path) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
  }

  static func join(_ folder: String, _ name: String) -> String { folder == "/" ? "/" + name : folder + "/" + name }
}
