import FileTrees
import Testing

struct FileTreeTests {
  private func sample() -> FileTree {
    var tree = FileTree()
    tree.add(file: "/usr/lib/smartdc/mdata-get", "#!")
    tree.add(link: "/lib", to: "usr/lib")
    tree.add(file: "/etc/hosts", "# a comment\n 127.0.0.1 localhost \r\n\n::1 localhost\n")
    tree.add(link: "/etc/again", to: "../etc/./hosts")
    tree.add(link: "/etc/outside", to: "../../../../etc/hosts")
    tree.add(link: "/etc/ring", to: "ring")
    tree.add(link: "/etc/dangling", to: "/run/none")
    tree.add(file: "/home/a/.ssh/id_rsa")
    tree.add(file: "/home/b/.ssh/id_rsa.pub")
    return tree
  }

  @Test func linksAreFollowedInsideTheTreeAlone() {
    let tree = sample()
    #expect(tree.resolve("/lib/smartdc/mdata-get") == "/usr/lib/smartdc/mdata-get")
    #expect(tree.resolve("/etc/again") == "/etc/hosts")
    #expect(tree.resolve("/etc/outside") == "/etc/hosts")
    #expect(tree.resolve("/../..") == "/")
    #expect(tree.resolve("/etc/ring") == nil)
    #expect(tree.resolve("/etc/dangling") == nil)
    #expect(tree.entry("/lib")?.kind == .link)
    #expect(tree.file("/lib")?.kind == .folder)
  }

  @Test func aLongChainOfLinksLeadsNowhere() {
    var tree = FileTree()
    for number in 0..<60 { tree.add(link: "/l\(number)", to: "l\(number + 1)") }
    tree.add(file: "/l60")
    #expect(tree.resolve("/l21") == "/l60")
    #expect(tree.resolve("/l0") == nil)
  }

  @Test func linksThatMultiplyEndSoon() {
    var tree = FileTree()
    tree.add(link: "/a", to: String(repeating: "a/", count: 2000))
    #expect(tree.resolve("/a") == nil)
  }

  @Test func linesAreTrimmedAndCommentsLeftOut() {
    #expect(sample().lines("/etc/again") == ["127.0.0.1 localhost", "::1 localhost"])
    #expect(sample().lines("/etc/none") == [])
    #expect(sample().text("/etc/none") == nil)
  }

  @Test func patternsMatchNamesAndWhatIsBelow() {
    let tree = sample()
    #expect(tree.matches("/home/*/.ssh/id_*") == ["/home/a/.ssh/id_rsa", "/home/b/.ssh/id_rsa.pub"])
    #expect(tree.matches("/home/?/.ssh/*.pub") == ["/home/b/.ssh/id_rsa.pub"])
    #expect(tree.matches("/lib/smartdc/*") == ["/usr/lib/smartdc/mdata-get"])
    #expect(tree.matches("/home/**").count == 6)
    #expect(tree.matches("/etc/dangling") == ["/etc/dangling"])
    #expect(tree.matches("/etc/none") == [])
    #expect(tree.matches("/etc/hosts/*") == [])
  }

  @Test func aPatternOfManyStarsIsNoTrap() {
    var tree = FileTree()
    tree.add(file: "/" + String(repeating: "a", count: 255))
    #expect(tree.matches("/" + String(repeating: "*a", count: 60) + "b") == [])
    #expect(tree.matches("/" + String(repeating: "*a", count: 60)).count == 1)
  }

  @Test func aMountHidesWhatWasThere() {
    var (root, boot) = (FileTree(), FileTree())
    root.add(file: "/boot/old")
    boot.add(file: "/grub/grub.cfg", "set timeout=0\n")
    root.mount(boot, at: "/boot")
    #expect(root.entry("/boot/old") == nil)
    #expect(root.text("/boot/grub/grub.cfg") == "set timeout=0\n")
    #expect(root.names(in: "/") == ["boot"])
    #expect(root.names(in: "/boot") == ["grub"])
  }
}
