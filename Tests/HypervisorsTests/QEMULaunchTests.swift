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
      machine: .pc, cpus: 1, memory: .mebibytes(512),
      bootDisk: .init(model: .virtioBlk, place: .init(slot: 9), serial: "A1"), nics: [.init(place: .init(slot: 5))])
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
        "pvpanic", "-action", "panic=pause", "-device", "VGA,id=vga,addr=2", "-object",
        "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0,addr=1e", "-drive",
        "file=/s/disk.qcow2,format=qcow2,if=none,id=disk0,cache=unsafe,discard=unmap", "-device",
        "virtio-blk-pci,id=bootdisk,drive=disk0,bootindex=0,serial=A1,addr=9,disable-legacy=off,disable-modern=off",
        "-netdev",
        "user,id=net0,ipv6=off,restrict=on,net=10.99.8.0/24,host=10.99.8.1,dns=10.99.8.3,dhcpstart=10.99.8.200,"
          + "hostfwd=tcp:127.0.0.1:0-10.99.8.24:22",
        "-device",
        "virtio-net-pci,id=nic0,netdev=net0,mac=90:b8:d0:11:22:33,addr=5,romfile=,"
          + "disable-legacy=off,disable-modern=off", "-object",
        "filter-dump,id=dump0,netdev=net0,file=/s/net0,maxlen=1600",
      ])
  }

  /// Nothing but COM2 is gone: the console stays the first serial port.
  @Test func theMetadataPortCanBeAbsent() {
    let layout = Layout(
      machine: .pc, cpus: 1, memory: .mebibytes(512),
      bootDisk: .init(model: .virtioBlk, place: .init(slot: 9), serial: "A1"), nics: [.init(place: .init(slot: 5))])
    var boot = Self.boot(layout, nics: [Self.nic])
    let whole = qemuLaunch(boot, files: Self.files, accelerator: .tcg).arguments
    for fault in MetadataFault.all {
      boot.metadataFault = fault
      let arguments = qemuLaunch(boot, files: Self.files, accelerator: .tcg).arguments
      guard fault == .absent else {
        #expect(whole == arguments)
        continue
      }
      let port = ["-chardev", "socket,id=com2,path=/s/com2", "-serial", "chardev:com2"]
      let place = (whole.firstIndex(of: port[1]) ?? 0) - 1
      #expect(Array(whole[..<place]) + port + Array(arguments.dropFirst(place)) == whole)
      #expect(arguments.count == whole.count - port.count)
    }
  }

  @Test func virtioSCSIOnQ35BehindPortsWithASpareDiskAndTwoNICs() {
    var layout = Layout(
      machine: .q35, cpus: 2, memory: .gibibytes(1),
      bootDisk: .init(
        model: .virtioSCSI, place: .init(bus: .bridge, slot: 14, function: 1), serial: "",
        names: .init(vendor: "ACME", product: "Disk")),
      extraDisk: .init(order: .before, place: .init(slot: 3), serial: "SPARE7", size: .gibibytes(1)),
      nics: [
        .init(model: .virtioModern, place: .init(bus: .bridge, slot: 22, function: 1)),
        .init(model: .virtioLegacy, place: .init(bus: .bridge, slot: 22)),
      ])
    (layout.hasRandom, layout.display, layout.usb, layout.clock) = (false, .none, .xhci, "2031-02-03T04:05:06")
    let a = qemuLaunch(Self.boot(layout, nics: [Self.nic, Self.second]), files: Self.files, accelerator: .kvm).arguments
    let tail = a.suffix(from: a.lastIndex(of: "panic=pause")! + 1)
    #expect(
      Array(tail) == [
        "-device", "qemu-xhci,id=usb,addr=18", "-device", "usb-tablet,bus=usb.0", "-device",
        "pcie-root-port,id=port14,chassis=14,addr=e", "-device",
        "virtio-serial-pci,bus=port14,addr=0,multifunction=on", "-device",
        "pcie-root-port,id=port22,chassis=22,addr=16", "-drive",
        "file=/s/disk.qcow2,format=qcow2,if=none,id=disk0,cache=unsafe,discard=unmap", "-device",
        "virtio-scsi-pci,id=scsi0,bus=port14,addr=0.1", "-device",
        "scsi-hd,bus=scsi0.0,id=bootdisk,drive=disk0,bootindex=0,vendor=ACME,product=Disk", "-drive",
        "file=/s/extra.qcow2,format=qcow2,if=none,id=disk1,cache=unsafe,discard=unmap", "-device",
        "virtio-blk-pci,id=extradisk,drive=disk1,addr=3,serial=SPARE7", "-netdev",
        "user,id=net0,ipv6=off,restrict=on,net=10.99.8.0/24,host=10.99.8.1,dns=10.99.8.3,dhcpstart=10.99.8.200,"
          + "hostfwd=tcp:127.0.0.1:0-10.99.8.24:22",
        "-device",
        "virtio-net-pci,id=nic0,netdev=net0,mac=90:b8:d0:11:22:33,bus=port22,addr=0.1,multifunction=on,romfile=,"
          + "disable-legacy=on,disable-modern=off", "-object",
        "filter-dump,id=dump0,netdev=net0,file=/s/net0,maxlen=1600", "-netdev",
        "user,id=net1,ipv6=off,restrict=on,net=10.98.8.0/24,host=10.98.8.1,dns=10.98.8.3,dhcpstart=10.98.8.200",
        "-device",
        "virtio-net-pci,id=nic1,netdev=net1,mac=90:b8:d0:11:22:34,bus=port22,addr=0,multifunction=on,romfile=,"
          + "host_mtu=1400,disable-legacy=off,disable-modern=on", "-object",
        "filter-dump,id=dump1,netdev=net1,file=/s/net1,maxlen=1600",
      ])
    #expect(a.contains("base=2031-02-03T04:05:06"))
    #expect(a.contains("kvm") && a.contains("host") && a.contains("q35") && a.contains("1024M"))
  }

  @Test(arguments: [
    (
      Layout.DiskModel.virtioBlkLegacy,
      "virtio-blk-pci,id=bootdisk,drive=disk0,bootindex=0,serial=A1,addr=9,disable-legacy=off,disable-modern=on"
    ),
    (
      .virtioBlkModern,
      "virtio-blk-pci,id=bootdisk,drive=disk0,bootindex=0,serial=A1,addr=9,disable-legacy=on,disable-modern=off,scsi=off"
    ),
    (.ide, "ide-hd,bus=ide.0,id=bootdisk,drive=disk0,bootindex=0,serial=A1"),
    (.ahci, "ide-hd,bus=ahci0.0,id=bootdisk,drive=disk0,bootindex=0,serial=A1"),
    (.nvme, "nvme,id=bootdisk,drive=disk0,bootindex=0,serial=A1,addr=9"),
  ])
  func everyDiskModel(model: Layout.DiskModel, device: String) {
    let layout = Layout(
      machine: .oldPC, cpus: 1, memory: .mebibytes(512),
      bootDisk: .init(model: model, place: .init(slot: 9), serial: "A1"), nics: [.init(place: .init(slot: 5))])
    let a = qemuLaunch(Self.boot(layout, nics: [Self.nic]), files: Self.files, accelerator: .tcg).arguments
    #expect(a.contains(device))
  }

  /// Router advertisements are sent only where the metadata says addrconf.
  @Test func ipv6IsOnlyWhereItIsPromised() {
    let layout = Layout(
      machine: .pc, cpus: 1, memory: .mebibytes(512),
      bootDisk: .init(model: .virtioBlk, place: .init(slot: 9), serial: ""), nics: [.init(place: .init(slot: 5))])
    var nic = Self.nic
    nic.network6 = .init(prefix: "fd4b:7a1e:22c0:1::", address: "fd4b:7a1e:22c0:1::30")
    func netdev() -> String {
      qemuLaunch(Self.boot(layout, nics: [nic]), files: Self.files, accelerator: .tcg).arguments.first {
        $0.hasPrefix("user,")
      } ?? ""
    }
    #expect(netdev().hasPrefix("user,id=net0,ipv6=off,restrict=on,"))
    nic.addressing = .addrconf
    #expect(
      netdev().hasPrefix(
        "user,id=net0,ipv4=on,ipv6=on,ipv6-prefix=fd4b:7a1e:22c0:1::,ipv6-prefixlen=64,ipv6-host=fd4b:7a1e:22c0:1::2,"
          + "ipv6-dns=fd4b:7a1e:22c0:1::3,restrict=on,net=10.99.8.0/24,"))
  }

  @Test func devicesBehindABridgeShareIt() {
    let layout = Layout(
      machine: .pc, cpus: 1, memory: .mebibytes(512),
      bootDisk: .init(model: .virtioBlk, place: .init(bus: .bridge, slot: 9), serial: ""),
      nics: [.init(model: .e1000, place: .init(bus: .bridge, slot: 5))])
    let a = qemuLaunch(Self.boot(layout, nics: [Self.nic]), files: Self.files, accelerator: .tcg).arguments
    #expect(a.count { $0.hasPrefix("pci-bridge,id=bridge,") } == 1)
    #expect(a.contains { $0.hasPrefix("virtio-blk-pci,") && $0.contains(",bus=bridge,addr=9") })
    #expect(a.contains("e1000,id=nic0,netdev=net0,mac=90:b8:d0:11:22:33,bus=bridge,addr=5,romfile="))
  }

  @Test func commasInPathsAndSerialsDoNotBecomeOptions() {
    let layout = Layout(
      machine: .pc, cpus: 1, memory: .mebibytes(512),
      bootDisk: .init(model: .virtioBlk, place: .init(slot: 9), serial: "A,readonly=on"),
      nics: [.init(place: .init(slot: 5))])
    let files = LaunchFiles(disk: "/s,x/d", extraDisk: "", folder: "/s,x")
    let a = qemuLaunch(Self.boot(layout, nics: [Self.nic]), files: files, accelerator: .tcg).arguments
    #expect(a.contains { $0.hasPrefix("file=/s,,x/d,format=") })
    #expect(a.contains { $0.contains(",serial=A,,readonly=on,addr=9") })
    #expect(a.contains("socket,id=com1,path=/s,,x/com1"))
  }
}
