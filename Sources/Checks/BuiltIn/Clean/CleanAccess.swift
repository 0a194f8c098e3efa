import FileTrees
import Intake
import Model

// Who could come in.

extension CleanCheck {
  static let ofAccess = [
    CleanCheck(
      "clean.passwords", "No account of the image has a password, or is open without one", .must, [40],
      remedy: "Set root's password field to '!!' ('usermod -p \"!!\" root') and lock or remove all other accounts.",
      description: """
        In /etc/shadow (and /etc/passwd, where passwords may stand as well) root's field must be '!!', '!' or '*', and \
        that of others must not hold a password, nor be empty. A password of the build is known to whoever has the image.
        """
    ) { tree, _ in
      guard tree.file("/etc/shadow") != nil || tree.file("/etc/passwd") != nil else {
        return .skipped("there is neither /etc/shadow nor /etc/passwd")
      }
      return .judged(passwords(in: tree), evidence: "accounts")
    },
    CleanCheck(
      "clean.build-user", "No user of the build is left", .must, [40],
      remedy: "Remove the account that the installer made ('userdel -r NAME'), or name it in the manifest's 'users'.",
      description: """
        Accounts from uid 1000 on that can log in and that the manifest's 'users' does not name were made for the build: \
        installers ask for one.
        """
    ) { tree, manifest in
      let known = manifest?.users ?? []
      let closed = ["nologin", "false", "sync", "halt", "shutdown"]
      let left = tree.accounts.filter { account in
        (1000..<60_000).contains(account.id) && !known.contains(account.name)
          && !closed.contains(String(account.shell.split(separator: "/").last ?? "false"))
      }
      return .judged(
        left.prefix(50).map { "expected no account for people, found \(quoted($0.name)) (uid \($0.id))" },
        evidence: "accounts")
    },
    CleanCheck(
      "clean.authorized-keys", "The image lets nobody in by an SSH key", .must, [41, 61],
      remedy: "Remove .ssh/authorized_keys of root and all users as the last step of the build.",
      description: """
        No authorized_keys of root or any user holds a line: the keys come from the metadata. Whoever has the private \
        key of one that is left can enter all instances.
        """
    ) { tree, _ in
      let paths = tree.found([
        "~/.ssh/authorized_keys*", "/etc/ssh/authorized_keys*", "/etc/ssh/authorized_keys.d/*",
        "/etc/dropbear/authorized_keys",
      ]).sorted()
      return .none(
        of: paths.filter { path in
          guard let place = tree.resolve(path), let entry = tree.entry(place), entry.kind == .file, entry.size > 0
          else { return false }
          return tree.bytes(place) == nil || !tree.lines(place).isEmpty
        }, "authorized keys")
    },
    CleanCheck(
      "clean.private-keys", "The image holds no private SSH keys", .must, [61],
      remedy: "Remove them: 'rm -f /root/.ssh/id_*'.",
      description: """
        No .ssh folder of root or any user holds a private key, by its name (id_*) or by what stands in it. A key of \
        the build opens what the build could reach.
        """
    ) { tree, _ in
      let named = tree.found(["~/.ssh/id_*", "~/.ssh/identity"]).filter { !$0.hasSuffix(".pub") }
      let written = tree.found(["~/.ssh/*"]).filter { tree.text($0)?.contains("PRIVATE KEY-----") ?? false }
      return .none(of: named.union(written).filter { tree.entry($0)?.kind == .file }.sorted(), "private keys")
    },
    CleanCheck(
      "clean.foreign-agents", "No agents of other clouds, and no boot splash, are installed", .must, [70],
      remedy: "Remove the packages: open-vm-tools, walinuxagent, google-guest-agent, amazon-ssm-agent, plymouth, …",
      description: """
        Agents of other hypervisors and clouds wait for a host that is not there, and plymouth takes the console. \
        qemu-guest-agent counts only where it is started without its port.
        """
    ) { tree, _ in .judged(agents(in: tree), evidence: "agents") },
  ]

  private static func passwords(in tree: FileTree) -> [String] {
    func remark(_ name: String, _ field: String, _ file: String) -> String? {
      let isRoot = name == "root"
      if field.isEmpty { return "\(quoted(name)) needs no password, by \(file)" }
      if field.hasPrefix("*") || field.allSatisfy({ $0 == "!" }) { return nil }
      guard field.hasPrefix("!") else { return "\(quoted(name)) has a password hash in \(file)" }
      // Locked; a hash behind the lock is the build's, and what unlocks the account makes it good again.
      let isPassword = !field.drop { $0 == "!" }.hasPrefix("*")
      return isRoot && isPassword ? "'root' is locked, but has a password hash in \(file)" : nil
    }
    let shadow = tree.lines("/etc/shadow").prefix(1000).compactMap { line -> String? in
      let words = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard words.count >= 2, !words[0].isEmpty else { return nil }
      return remark(words[0], words[1], "/etc/shadow")
    }
    let passwd = tree.accounts.compactMap { account in
      account.password == "x" ? nil : remark(account.name, account.password, "/etc/passwd")
    }
    return (shadow + passwd).map { "expected no account with a usable password, but \($0)" }
  }

  private static let agentPaths: [(what: String, paths: [String])] = [
    ("open-vm-tools", ["/usr/bin/vmtoolsd", "/usr/sbin/vmtoolsd"]),
    ("walinuxagent", ["/usr/sbin/waagent", "/usr/bin/waagent"]),
    ("Google's guest agent", ["/usr/bin/google_guest_agent", "/usr/bin/google_metadata_script_runner"]),
    ("amazon-ssm-agent", ["/usr/bin/amazon-ssm-agent", "/snap/amazon-ssm-agent"]),
    ("VirtualBox guest additions", ["/usr/sbin/VBoxService", "/opt/VBoxGuestAdditions*"]),
    ("Hyper-V daemons", ["/usr/sbin/hv_kvp_daemon", "/usr/sbin/hypervkvpd"]),
    ("Xen guest agent", ["/usr/sbin/xe-daemon", "/usr/sbin/xe-linux-distribution"]),
    ("Oracle's cloud agent", ["/usr/libexec/oracle-cloud-agent", "/snap/oracle-cloud-agent"]),
    ("plymouth", ["/usr/sbin/plymouthd", "/sbin/plymouthd"]),
  ]

  private static func agents(in tree: FileTree) -> [String] {
    var found = agentPaths.compactMap { agent in
      tree.found(agent.paths).min().map { "expected no \(agent.what), found \(quoted($0))" }
    }
    // A unit that waits for the port's device harms nobody; beside systemd the init script is not run.
    let scripts = ["/etc/runlevels/*/qemu-guest-agent", "/etc/rc2.d/S*qemu-guest-agent"]
    let units = ["/etc/systemd/system/*.target.wants/qemu-guest-agent.service"]
    let hasSystemd = tree.file("/lib/systemd/systemd") != nil
    if let link = tree.found(hasSystemd ? units : scripts).min() {
      found.append("expected no qemu-guest-agent that starts without its port, found \(quoted(link))")
    }
    return found
  }
}
