extension FakeGuest {
  /// Accounts, sudo, sshd, sockets and what else the checks of accounts and metadata read.
  func accounts() throws {
    try files([
      "etc/passwd":
        "root:x:0:0:root:/root:/bin/sh\ndaemon:*:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nops:x:700:700::/opt/ops:/bin/sh\n",
      "etc/group": "root:x:0:\n", "etc/sudoers": "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n#x ALL=NOPASSWD: ALL\n",
      "etc/sudoers.d/README": "# nothing\n", "etc/sudoers.d/old~": "x ALL=(ALL) NOPASSWD:ALL\n",
      "etc/cloud/cloud.cfg": "users:\n - default\ndatasource_list: [ NoCloud, None ]\n",
      "etc/cloud/cloud.cfg.d/90_smartos.cfg": "datasource_list:\n  - SmartOS\n  - None\nusers: []\n",
      "etc/crontab": "PATH=/usr/sbin:/usr/bin\n",
      "etc/iscsi/initiatorname.iscsi": "InitiatorName=iqn.1993-08.org.debian:01:abc\n",
      "var/log/journal/0f2c4a6e0f2c4a6e0f2c4a6e0f2c4a6e/system.journal": "x", "run/secret/password": "other\n",
      "proc/net/tcp": """
      sl local_address rem_address st tx_queue
       0: 00000000:0016 00000000:0000 0A 00000000:00000000
       1: 0100007F:0019 00000000:0000 0A 00000000:00000000
       2: 18014D0A:0016 02024D0A:D2A0 01 00000000:00000000

      """,
      "proc/net/tcp6": """
      sl local_address remote_address st
       0: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 0

      """,
      "proc/net/udp": """
      sl local_address rem_address st
       0: 00000000:0044 00000000:0000 07 0
       1: 00000000:D6A3 00000000:0000 07 0
       2: 18014D0A:14E9 03014D0A:0035 01 0

      """,
      "proc/78/cmdline": "/usr/bin/python3\u{0}/usr/share/unattended\u{0}",
      "proc/78/stat": "78 (python3) S 1 78 78 0 -1 0\n",
    ])
    for tool in ["mdata-get", "mdata-put", "mdata-list", "mdata-delete"] {
      try files(["usr/sbin/\(tool)": "#!/bin/sh\n"])
    }
    try run("chmod 644 etc/passwd etc/group; chmod 640 etc/shadow; chmod 755 usr/sbin/*")
    try tool("sudo", "exit 0")
    try tool(
      "sshd",
      "echo passwordauthentication no; echo permitrootlogin without-password; echo permitemptypasswords no; echo kbdinteractiveauthentication no"
    )
  }

  /// What is true of the boots that a check is meant for, where those are not plain first boots.
  static let circumstances: [String: [String: String]] = [
    "metadata.next-hostname": ["EXPECT_EARLIER_HOSTNAME": "imgv-old"],
    "metadata.next-keys": [
      "EXPECT_OVERWRITE_KEYS": "yes", "EXPECT_EARLIER_ROOT_KEY": "\(rootKey)\nssh-ed25519 AAAAOLD imgverify-companion",
    ],
    "metadata.script-removed": ["EXPECT_EARLIER_NONCE": "firstnonce", "EXPECT_REMOVED_SCRIPT": "yes"],
    "metadata.script-failure": ["EXPECT_FAILING_SCRIPTS": "yes"], "metadata.big-value": ["EXPECT_BIG_LINES": "40"],
  ]

  /// The value imgverify:big as the metadata gives it to an instance with this nonce.
  static func bigValue(_ lines: Int) -> String {
    (0..<lines).map { "5f0f6a1e93c44b0e 000000000000\($0 < 10 ? "0" : "")\($0)\n" }.joined()
  }
}
