extension FakeGuest {
  static let accounts = [
    Defect("access.other-keys", "expected no key of ops in /opt/ops/.ssh/authorized_keys, found 'ssh-rsa AAAAB3 build'")
    {
      try $0.files(["opt/ops/.ssh/authorized_keys": "ssh-rsa AAAAB3 build\n"])
    },
    Defect(
      "access.other-keys", "expected no key of an account in /etc/ssh/authorized_keys.d/ubuntu",
      "etc/ssh/authorized_keys.d/ubuntu", "ssh-rsa AAAAB3 build\n"),
    Defect(
      "access.private-keys", "expected no private key in /root/.ssh, found /root/.ssh/id_ed25519",
      "root/.ssh/id_ed25519",
      "-----BEGIN OPENSSH PRIVATE KEY-----\n"),
    Defect("access.one-superuser", "expected user id 0 for root only, found 'admin' with it") {
      try $0.run("echo admin:x:0:0::/:/bin/sh >>etc/passwd")
    },
    Defect("access.passwd-file", "expected 'x' as the password of 'guest' in /etc/passwd, found it empty") {
      try $0.run("echo guest::1:1::/:/bin/sh >>etc/passwd")
    },
    Defect("access.passwd-file", "expected 'x' as the password of 'guest' in /etc/passwd, found a hash") {
      try $0.run("echo 'guest:$1$x$y:1:1::/:/bin/sh' >>etc/passwd")
    },
    Defect("access.account-files", "expected /etc/shadow of user 0, changed by nobody else and secrets unread") {
      try $0.run("chmod 644 etc/shadow")
    },
    Defect("access.no-build-user", "found 'ubuntu' (user id 1000, /home/ubuntu, /bin/bash)") {
      try $0.run("echo ubuntu:x:1000:1000::/home/ubuntu:/bin/bash >>etc/passwd")
    },
    Defect(
      "access.sudo-rules", "expected nobody but root with NOPASSWD in /etc/sudoers.d/packer, found packer %wheel",
      "etc/sudoers.d/packer", "packer ALL=(ALL) NOPASSWD:ALL\n%wheel ALL=NOPASSWD: ALL\n"),
    Defect("access.sudo-rules", "found 'permit nopass :wheel'", "etc/doas.conf", "permit nopass :wheel\n"),
    Defect("access.sudo-works", "expected 'sudo -n true' to succeed as root, found status 1: sorry") {
      try $0.tool("sudo", "echo sorry; exit 1")
    },
    Defect("access.sudo-works", "expected no complaint of sudo, found 'sudo: unable to resolve host imgv-one'") {
      try $0.tool("sudo", "echo sudo: unable to resolve host imgv-one >&2")
    },
    Defect(
      "access.no-foreign-agents", "expected no agent of another platform, found the process 90 qemu-ga", "proc/90/stat",
      "90 (qemu-ga) S 1 90 90 0 -1 0\n"),
    Defect(
      "access.no-foreign-agents", "found '/usr/bin/python3 /usr/sbin/waagent'", "proc/78/cmdline",
      "/usr/bin/python3\u{0}/usr/sbin/waagent\u{0}"),
    Defect(
      "access.listening", "expected no open port but tcp/22 and those of DHCP and NTP clients, found tcp/111 udp/5353",
      { guest in
        try guest.run("echo '9: 00000000:006F 00000000:0000 0A 0' >>proc/net/tcp")
        try guest.run("echo '9: 00000000:14E9 00000000:0000 07 0' >>proc/net/udp")
      }),
    Defect("ssh.config", "expected passwordauthentication no, found 'yes'; expected permitrootlogin prohibit-password")
    {
      try $0.tool(
        "sshd", "echo passwordauthentication yes; echo permitrootlogin yes; echo permitemptypasswords no")
    },
    Defect("ssh.config", "expected 'sshd -T' to accept the configuration, found status 255: bad line 3") {
      try $0.tool("sshd", "echo bad line 3 >&2; exit 255")
    },
    Defect("ssh.enabled", "expected ssh.service or sshd.service enabled, found neither") {
      try $0.tool("systemctl", "echo disabled")
    },
    Defect("ssh.enabled", "expected ssh.socket disabled, found it enabled") {
      try $0.tool("systemctl", "echo enabled")
    },
    Defect("identity.iscsi-name", "found 'build'", "etc/iscsi/initiatorname.iscsi", "InitiatorName=build\n"),
    Defect(
      "identity.journal-folder", "found 1 of other machines, such as 11112222333344445555666677778888",
      "var/log/journal/11112222333344445555666677778888/system.journal", "x"),
  ]

  static let metadataMore = [
    Defect("metadata.next-hostname", "to which 'imgv-old' was changed, found 'imgv-old'") {
      try $0.files(["proc/sys/kernel/hostname": "imgv-old\n"])
    },
    Defect("metadata.next-keys", "expected the old key 'ssh-ed25519 AAAAOLD imgverify-companion' gone") {
      try $0.run("echo 'ssh-ed25519 AAAAOLD x' >>root/.ssh/authorized_keys")
    },
    Defect("metadata.next-keys", "found it missing") {
      try $0.run("sed -i '$d' root/.ssh/authorized_keys")
    },
    Defect("metadata.script-removed", "expected no run of the removed user-script since 999998, found one at 1000044") {
      try $0.run("echo firstnonce 1000044 >>var/tmp/imgverify.user-script")
    },
    Defect("metadata.script-failure", "found no mark of it in /var/tmp/imgverify.user-script") {
      try $0.noWait()
      try $0.run("rm var/tmp/imgverify.user-script")
    },
    Defect("metadata.tool-status", "expected status 1 from mdata-get for a key that is not there, found 0") {
      try $0.tool("mdata-get", "exit 0")
    },
    Defect("metadata.tool-status", "expected mdata-put to fail for the read-only key sdc:uuid") {
      try $0.tool("mdata-put", "exit 0")
    },
    Defect("metadata.tool-status", "expected root_authorized_keys in the output of mdata-list, found 'root_pw'") {
      try $0.run("rm tools/store/root_authorized_keys; rm tools/store/imgverify:*")
    },
    Defect("metadata.odd-value", "found 202022") {
      try $0.run("printf '  \"two\" one' >tools/store/imgverify:odd")
    },
    Defect("metadata.big-value", "expected 40 lines of 32 bytes, found 39") {
      try $0.files(["tools/store/imgverify:big": bigValue(39)])
    },
    Defect("metadata.big-value", "expected line 0 as '5f0f6a1e93c44b0e 00000000000000', found 'x'") {
      try $0.files(["tools/store/imgverify:big": "x\n"])
    },
    Defect("metadata.tools-place", "expected /usr/sbin/mdata-put as -rwxr-xr-x of user 0, found -rwx------") {
      try $0.run("chmod 700 usr/sbin/mdata-put")
    },
    Defect("metadata.tools-place", "expected mdata-get in the PATH of /etc/crontab, found none in /bin") {
      try $0.files(["etc/crontab": "PATH=/bin\n"])
    },
    Defect(
      "metadata.datasource-list", "expected the data source SmartOS only, found 'NoCloud SmartOS' in",
      "etc/cloud/cloud.cfg.d/99.cfg", "datasource_list: [ 'NoCloud',\n  SmartOS ]\n"),
    Defect("metadata.datasource-list", "found no list") { try $0.run("rm -r etc/cloud; mkdir etc/cloud") },
    Defect(
      "metadata.datasource-list", "expected no seed, found /var/lib/cloud/seed/nocloud/meta-data",
      "var/lib/cloud/seed/nocloud/meta-data", "x\n"),
    Defect(
      "metadata.datasource-list", "found 'ds=nocloud'", "proc/cmdline", "root=UUID=1 ds=nocloud console=ttyS0\n"),
    Defect("metadata.triton-guest", "expected triton-guest.service enabled, found it disabled") {
      try $0.tool("systemctl", "case $1 in is-enabled) echo disabled ;; show) echo Result=success ;; esac")
    },
    Defect("metadata.triton-guest", "expected triton-guest.service to end well, found exit-code") {
      try $0.tool("systemctl", "case $1 in is-enabled) echo enabled ;; show) echo Result=exit-code ;; esac")
    },
    Defect("metadata.secret-files", "expected root_pw in no file that others can read, found it in /var/log/boot.log") {
      try $0.files(["tools/store/root_pw": "topsecret12\n", "var/log/boot.log": "set topsecret12\n"])
      try $0.run("chmod 755 . var var/log; chmod 644 var/log/boot.log")
    },
    Defect(
      "metadata.secret-files", "expected the scripts of the metadata readable by root only, found one in /tmp/s.sh"
    ) {
      try $0.files(["tmp/s.sh": "echo '5f0f6a1e93c44b0e' \"$(date +%s)\"\n"])
      try $0.run("chmod 755 tmp; chmod 644 tmp/s.sh")
    },
  ]
}
