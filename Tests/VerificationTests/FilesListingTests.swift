import FileTrees
import Testing

@testable import Verification

struct FilesListingTests {
  @Test func aFolderIsListedForATerminal() {
    var tree = FileTree()
    tree.add("/tmp", .init(.folder, mode: 0o1777))
    tree.add("/bin", .init(.link, mode: 0o777, size: 7, target: "usr/bin"))
    tree.add("/su", .init(.file, mode: 0o4755, owner: 0, group: 1000, size: 123_456, modified: 86_400))
    tree.add("/a\u{1b}[2J", .init(.other, mode: 0o600))
    #expect(
      tree.listing(of: "/") == """
        ?rw------- 0    0      0 1970-01-01T00:00:00Z a
        lrwxrwxrwx 0    0      7 1970-01-01T00:00:00Z bin -> usr/bin
        -rwsr-xr-x 0 1000 123456 1970-01-02T00:00:00Z su
        drwxrwxrwt 0    0      0 1970-01-01T00:00:00Z tmp

        """)
    #expect(tree.listing(of: "/tmp") == "")
  }
}
