import Model

extension CleanAbsence {
  static let all = ofSecrets + ofBuild + ofLogs + ofLeftovers

  private static let ofSecrets = [
    CleanAbsence(
      id: "clean.host-keys", title: "The image holds no SSH host keys", level: .must, clauses: [24, 61],
      what: "SSH host keys",
      patterns: [
        "/etc/ssh/*host*key*", "/etc/openssh/*host*key*", "/usr/local/etc/ssh/*host*key*", "/etc/dropbear/*host_key*",
        "/etc/dropbear/*host*key*",
      ],
      remedy:
        "Remove them as the last step of the build: 'rm -f /etc/ssh/ssh_host_*key*'; the first boot makes new ones.",
      why: "With a host key in the image every instance can pretend to be every other, and whoever has the image too."),
    CleanAbsence(
      id: "clean.random-seed", title: "The image holds no random seed and no credential secret", level: .should,
      clauses: [62], what: "seed or secret of the build",
      patterns: [
        "/var/lib/systemd/random-seed", "/var/lib/systemd/credential.secret", "/var/lib/urandom/random-seed",
        "/var/lib/misc/random-seed", "/var/lib/random-seed", "/var/lib/seedrng/*", "/boot/loader/random-seed",
        "/boot/efi/loader/random-seed", "/efi/loader/random-seed",
      ], counting: .filled,
      remedy: "Remove them as the last step of the build, after the last boot: a shutdown writes them anew.",
      why: "Instances that start from one seed may draw the same random numbers; a secret that all share is none."),
    CleanAbsence(
      id: "clean.key-material", title: "The image holds no private TLS keys of the build", level: .may, clauses: [61],
      what: "private TLS keys",
      patterns: ["/etc/ssl/private/*", "/etc/pki/tls/private/*"], counting: .filled,
      remedy: "Remove them, and have them made at the first boot ('make-ssl-cert generate-default-snakeoil').",
      why: "A self-signed key that a package made during the build is the same on all instances, and public."),
  ]

  private static let ofBuild = [
    CleanAbsence(
      id: "clean.cloud-init", title: "The image holds no state and no logs of cloud-init", level: .should,
      clauses: [19, 63], what: "state of a cloud-init that has run",
      patterns: ["/var/lib/cloud/**", "/var/log/cloud-init*"], except: ["/var/lib/cloud/scripts/**"],
      remedy: "Run 'cloud-init clean --logs --seed' as the last step of the build.",
      why: "A cached instance keeps the first boot from being one; a seed left by the installer wins over the metadata."
    ),
    CleanAbsence(
      id: "clean.installer-configuration", title: "No configuration of the installer is left", level: .should,
      clauses: [63], what: "installer's configuration",
      patterns: [
        "/etc/cloud/cloud.cfg.d/99-installer.cfg", "/etc/cloud/cloud.cfg.d/90-installer-network.cfg",
        "/etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg",
        "/etc/cloud/cloud.cfg.d/curtin-preserve-sources.cfg", "/etc/netplan/00-installer-config*.yaml",
      ],
      remedy: "Remove these files: they fix network, users and sources of the build for all instances.",
      why: "Installers leave files that switch cloud-init's network off, or configure the build's own NIC."),
    CleanAbsence(
      id: "clean.machine-info", title: "There is no /etc/machine-info of the build", level: .should, clauses: [64],
      what: "machine-info", patterns: ["/etc/machine-info"], counting: .filled,
      remedy: "Remove /etc/machine-info.", why: "It holds the build machine's pretty name, chassis and location."),
    CleanAbsence(
      id: "clean.udev-rules", title: "No udev rules bind names to the build's hardware", level: .should,
      clauses: [25, 65],
      what: "persistent names of the build's hardware", patterns: ["/etc/udev/rules.d/70-persistent-*"],
      counting: .filled,
      remedy: "Remove /etc/udev/rules.d/70-persistent-*.rules.",
      why: "They give eth0 to the build machine's MAC address; the first NIC of an instance becomes eth1."),
    CleanAbsence(
      id: "clean.dhcp-leases", title: "The image holds no DHCP leases", level: .should, clauses: [65],
      what: "leases or DHCP identities of the build",
      patterns: [
        "/var/lib/dhcp*/**", "/var/lib/dhclient/**", "/var/lib/NetworkManager/**", "/var/lib/udhcp*/**",
        "/var/lib/systemd/network/**", "/var/lib/connman/**", "/etc/dhcpcd.duid", "/etc/dhcpcd.secret",
      ],
      except: ["/var/lib/NetworkManager/NetworkManager-intern.conf", "/var/lib/NetworkManager/NetworkManager.state"],
      counting: .filled, remedy: "Remove these files as the last step of the build.",
      why: "Instances would ask for the build's address, or for one address all, by the same DHCP identity."),
  ]

  private static let ofLogs = [
    CleanAbsence(
      id: "clean.login-records", title: "The records of logins are empty", level: .should, clauses: [66],
      what: "records of the build's logins",
      patterns: ["/var/log/wtmp*", "/var/log/btmp*", "/var/log/lastlog", "/var/log/faillog", "/var/log/tallylog"],
      counting: .filled, remedy: "Truncate them: 'truncate -s 0 /var/log/wtmp /var/log/btmp /var/log/lastlog'.",
      why: "'last' of a new instance should not show people that were never on it."),
    CleanAbsence(
      id: "clean.logs", title: "The logs are empty", level: .should, clauses: [66], what: "logs of the build",
      patterns: ["/var/log/**"],
      except: [
        "/var/log/wtmp*", "/var/log/btmp*", "/var/log/lastlog", "/var/log/faillog", "/var/log/tallylog",
        "/var/log/journal/**", "/var/log/installer/**", "/var/log/anaconda/**", "/var/log/cloud-init*",
        "/var/log/README",
      ], counting: .filled, remedy: "Empty them as the last step of the build: 'find /var/log -type f -delete'.",
      why: "Logs of the build name its machines and people, and mislead whoever looks for a fault."),
    CleanAbsence(
      id: "clean.journal", title: "There is no journal of the build", level: .should, clauses: [66], what: "journals",
      patterns: ["/var/log/journal/**", "/run/log/journal/**"],
      remedy: "Remove what is in /var/log/journal ('journalctl --rotate --vacuum-time=1s' leaves files).",
      why: "The journal holds all logs of the build, below the build's machine-id."),
    CleanAbsence(
      id: "clean.installer-logs", title: "There are no logs of the installer", level: .should, clauses: [66],
      what: "logs of the installer",
      patterns: ["/var/log/anaconda/**", "/var/log/installer/**", "/root/install.log*", "/var/log/ks-*"],
      counting: .filled, remedy: "Remove /var/log/anaconda and /var/log/installer.",
      why: "They hold answers given to the installer, password hashes among them."),
  ]

  private static let ofLeftovers = [
    CleanAbsence(
      id: "clean.shell-history", title: "There are no histories of shells and editors", level: .should, clauses: [67],
      what: "histories",
      patterns: [
        "~/.*_history", "~/.history", "~/.lesshst", "~/.viminfo", "~/.wget-hsts", "~/.local/share/fish/fish_history",
      ], counting: .filled, remedy: "Remove them after the last login of the build ('history -c' deletes no file).",
      why: "A history tells what was typed during the build, tokens and passwords among it."),
    CleanAbsence(
      id: "clean.kickstart", title: "No kickstart or preseed files are left", level: .should, clauses: [67],
      what: "answers to the installer",
      patterns: [
        "/root/anaconda-ks.cfg", "/root/original-ks.cfg", "/root/initial-setup-ks.cfg", "/root/*.ks", "/root/preseed*",
        "/preseed.cfg", "/autoinst.xml", "/root/autoinst.xml", "/root/snap",
      ], counting: .anything, remedy: "Remove these files as the last step of the build.",
      why: "The answers given to the installer hold addresses and password hashes of the build."),
    CleanAbsence(
      id: "clean.temporary-files", title: "/tmp and /var/tmp are empty", level: .should, clauses: [67],
      what: "files in /tmp and /var/tmp", patterns: ["/tmp/*", "/var/tmp/*"],
      except: [
        "/tmp/.X11-unix", "/tmp/.ICE-unix", "/tmp/.XIM-unix", "/tmp/.font-unix", "/tmp/.Test-unix",
        "/var/tmp/user-script.lock",
      ], counting: .anything, remedy: "Empty /tmp and /var/tmp as the last step of the build.",
      why: "Build scripts leave their files there, secrets among them, and nothing removes those of /var/tmp."),
    CleanAbsence(
      id: "clean.package-cache", title: "The caches of the package manager are empty", level: .should, clauses: [68],
      what: "downloaded packages and lists",
      patterns: [
        "/var/cache/apt/archives/*.deb", "/var/cache/apt/archives/partial/*", "/var/cache/apt/*.bin",
        "/var/lib/apt/lists/*", "/var/cache/dnf/**", "/var/cache/yum/**", "/var/cache/libdnf5/**", "/var/cache/apk/*",
        "/var/cache/zypp/**", "/var/cache/pacman/pkg/*",
      ], except: ["/var/lib/apt/lists/lock"], counting: .filled,
      remedy: "Run 'apt-get clean' and remove /var/lib/apt/lists/*, or 'dnf clean all', as the last step of the build.",
      why: "They are outdated at the first boot, and make the image larger for all."),
    CleanAbsence(
      id: "clean.build-tools", title: "No tools of the build are left", level: .should, clauses: [68],
      what: "tools of the build",
      patterns: [
        "/usr/bin/ansible*", "/usr/local/bin/ansible*", "/opt/ansible", "/etc/ansible", "~/.ansible", "~/.packer.d",
        "/usr/local/bin/packer", "~/.vbox_version", "~/*.iso", "/opt/chef", "/opt/puppetlabs", "/usr/bin/salt-call",
      ], counting: .anything, remedy: "Remove them as the last step of the build: 'apt-get purge ansible'.",
      why: "What builds the image from inside is of no use to instances, and needs updates for ever."),
    CleanAbsence(
      id: "clean.filler-files", title: "No file that filled the disk, and no swap file, is left", level: .should,
      clauses: [36, 69], what: "swap file, or file of zeros",
      patterns: [
        "/zeroed_file", "/zero", "/zero.fill", "/zerofile", "/ZERO*", "/EMPTY", "/swapfile", "/swap.img",
        "/swap/swapfile",
        "/var/swap", "/var/swapfile", "/var/cache/swap/*",
      ], counting: .filled, remedy: "Remove the file that free space was zeroed with; install without swap.",
      why: "Such a file takes up the instance's disk; a swap file can hold memory of the build."),
    CleanAbsence(
      id: "clean.first-boot-marker", title: "Nothing says that the first boot is over", level: .must,
      clauses: [57, 71],
      what: "marks of a first boot that is over",
      patterns: ["/lib/smartdc/.firstboot-complete-do-not-delete", "/var/tmp/user-script.lock"], counting: .anything,
      remedy: "Remove these files as the last step of the build, after its last boot.",
      why: "With them the instance never sets root's password and hostid, and never runs its user-script."),
  ]
}
