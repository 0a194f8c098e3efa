import Hypervisors
import Model
import Testing

/// Golden command lines: a change of any of them changes what every image is judged on, so it must be meant.
@Suite struct QEMULaunchTests {
  static let nic = Instance.NIC(
    interface: "net0", mac: "90:b8:d0:11:22:33", address: "10.99.8.24", prefix: 24, gateway: "10.99.8.1",
    resolver: "10.99.8.3", dhcpStart: "10.99.8.200", primary: true, mtu: nil)
  static let second = Instance.NIC(
    interface: "net1", mac: "90:b8:d0:11:22:34", address: "10.98.8.24", prefix: 24, gateway: "10.98.8.1",
    resolver: "10.98.8.3", dhcpStart: "10.98.8.200", primary: false, mtu: 1400)

  static func boot(_ layout: Layout, nics: [Instance.NIC]) -> Boot {
    Boot(
      id: "01-qemu-pc", hypervisor: "qemu",
      instance: Instance(
        uuid: "7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10", hostname: "imgv-1", rootPassword: "secret", nics: nics,
        nonce: "5f0f6a1e"), layout: layout)
  }
  static let files = LaunchFiles(disk: "/s/disk.qcow2", extraDisk: "/s/extra.qcow2", folder: "/s")

  @Test func virtioBlkOnPC() {
    let layout = Layout(
      machine: .pc, cpus: 1, memory: .mebibytes(512), bootDisk: .init(bus: .virtioBlk, slot: 9, serial: "A1"),
      extraDisk: nil, nicSlots: [5])
    let launch = qemuLaunch(Self.boot(layout, nics: [Self.nic]), files: Self.files, accelerator: .tcg)
    #expect(
      launch.arguments == [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-sandbox",
        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny", "-name", "imgverify-01-qemu-pc",
        "-display", "none", "-accel", "tcg,tb-size=256,thread=single", "-cpu", "qemu64", "-machine", "pc", "-smp", "1",
        "-m", "512M", "-uuid", "7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10", "-smbios",
        "type=1,manufacturer=Joyent,product=SmartDC HVM,version=7.20260101T000000Z,"
          + "serial=7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10,uuid=7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10,sku=001,"
          + "family=Virtual Machine",
        "-rtc", "base=utc", "-S", "-chardev", "socket,id=monitor,path=/s/monitor", "-mon",
        "chardev=monitor,mode=control", "-chardev", "socket,id=com1,path=/s/com1", "-serial", "chardev:com1",
        "-chardev", "socket,id=com2,path=/s/com2", "-serial", "chardev:com2", "-chardev",
        "socket,id=firmware,path=/s/firmware", "-device", "isa-debugcon,iobase=0x402,chardev=firmware", "-device",
        "VGA,id=vga,addr=2", "-device", "pvpanic", "-action", "panic=pause", "-object",
        "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0,addr=1e", "-drive",
        "file=/s/disk.qcow2,format=qcow2,if=none,id=disk0,cache=unsafe,discard=unmap", "-device",
        "virtio-blk-pci,id=bootdisk,drive=disk0,addr=9,bootindex=0,serial=A1", "-netdev",
        "user,id=net0,ipv6=off,restrict=on,net=10.99.8.0/24,host=10.99.8.1,dns=10.99.8.3,dhcpstart=10.99.8.200,"
          + "hostfwd=tcp:127.0.0.1:0-10.99.8.24:22",
        "-device", "virtio-net-pci,id=nic0,netdev=net0,mac=90:b8:d0:11:22:33,addr=5,romfile=",
      ])
  }

  @Test func virtioSCSIOnQ35WithASpareDiskAndTwoNICs() {
    let layout = Layout(
      machine: .q35, cpus: 2, memory: .gibibytes(1), bootDisk: .init(bus: .virtioSCSI, slot: 29, serial: ""),
      extraDisk: .init(place: .before, slot: 3, serial: "SPARE7", size: .gibibytes(1)), nicSlots: [17, 4])
    let a = qemuLaunch(Self.boot(layout, nics: [Self.nic, Self.second]), files: Self.files, accelerator: .kvm).arguments
    let tail = a.suffix(from: a.firstIndex(of: "-drive")!)
    #expect(
      Array(tail) == [
        "-drive", "file=/s/disk.qcow2,format=qcow2,if=none,id=disk0,cache=unsafe,discard=unmap", "-device",
        "virtio-scsi-pci,id=scsi0,addr=1d", "-device", "scsi-hd,id=bootdisk,bus=scsi0.0,drive=disk0,bootindex=0",
        "-drive", "file=/s/extra.qcow2,format=qcow2,if=none,id=disk1,cache=unsafe,discard=unmap", "-device",
        "virtio-blk-pci,id=extradisk,drive=disk1,addr=3,serial=SPARE7", "-netdev",
        "user,id=net0,ipv6=off,restrict=on,net=10.99.8.0/24,host=10.99.8.1,dns=10.99.8.3,dhcpstart=10.99.8.200,"
          + "hostfwd=tcp:127.0.0.1:0-10.99.8.24:22",
        "-device", "virtio-net-pci,id=nic0,netdev=net0,mac=90:b8:d0:11:22:33,addr=11,romfile=", "-netdev",
        "user,id=net1,ipv6=off,restrict=on,net=10.98.8.0/24,host=10.98.8.1,dns=10.98.8.3,dhcpstart=10.98.8.200",
        "-device", "virtio-net-pci,id=nic1,netdev=net1,mac=90:b8:d0:11:22:34,addr=4,romfile=,host_mtu=1400",
      ])
    #expect(a.contains("kvm") && a.contains("host") && a.contains("q35") && a.contains("1024M"))
  }

  @Test func commasInPathsAndSerialsDoNotBecomeOptions() {
    let layout = Layout(
      machine: .pc, cpus: 1, memory: .mebibytes(512),
      bootDisk: .init(bus: .virtioBlk, slot: 9, serial: "A,readonly=on"), extraDisk: nil, nicSlots: [5])
    let files = LaunchFiles(disk: "/s,x/d", extraDisk: "", folder: "/s,x")
    let a = qemuLaunch(Self.boot(layout, nics: [Self.nic]), files: files, accelerator: .tcg).arguments
    #expect(a.contains { $0.hasPrefix("file=/s,,x/d,format=") })
    #expect(a.contains { $0.hasSuffix("serial=A,,readonly=on") })
    #expect(a.contains("socket,id=com1,path=/s,,x/com1"))
  }
}
