import Hypervisors
import Model
import Testing

/// `info registers -a` as QEMU 7.2 gave it under TCG, without the floating-point part.
@Suite struct RegistersTests {
  static let spinningBootSector = """

    CPU#0
    EAX=0000aa55 EBX=00000000 ECX=00000000 EDX=00000080
    ESI=00000000 EDI=00000000 EBP=00000000 ESP=00006f04
    EIP=00007c00 EFL=00000202 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=0
    ES =0000 00000000 0000ffff 00009300
    CS =0000 00000000 0000ffff 00009b00
    SS =0000 00000000 0000ffff 00009300
    LDT=0000 00000000 0000ffff 00008200
    GDT=     00000000 00000000
    CR0=00000010 CR2=00000000 CR3=00000000 CR4=00000000

    CPU#1
    EAX=000f49f6 EBX=00000000 ECX=000002ff EDX=00000001
    EIP=000fd09a EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=1
    CS =0008 00000000 ffffffff 00cf9b00 DPL=0 CS32 [-RA]
    CR0=00000011 CR2=00000000 CR3=00000000 CR4=00000000

    """
  static let haltedBootSector = """

    CPU#0
    EAX=0000aa55 EBX=00000000 ECX=00000000 EDX=00000080
    EIP=00007c02 EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=1
    CS =0000 00000000 0000ffff 00009b00
    CR0=00000010 CR2=00000000 CR3=00000000 CR4=00000000

    """
  static let idleLinux = """

    CPU#0
    RIP=ffffffff8ba17a0b RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1
    CS =0010 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]
    CR0=80050033 CR2=00000000005eaeb0 CR3=0000000009e10000 CR4=000006b0
    FCW=037f FSW=0000 [ST=0] FTW=00 MXCSR=00001f80

    """

  @Test func realSamplesAreRead() {
    #expect(
      Registers.parse(Self.spinningBootSector) == [
        Registers(address: 0x7c00, isHalted: false, takesInterrupts: true, isRealMode: true),
        Registers(address: 0xfd09a, isHalted: true, takesInterrupts: false),
      ])
    #expect(
      Registers.parse(Self.haltedBootSector) == [
        Registers(address: 0x7c02, isHalted: true, takesInterrupts: false, isRealMode: true)
      ])
    #expect(Registers.parse(Self.idleLinux) == [Registers(address: 0xffff_ffff_8ba1_7a0b, isHalted: true)])
  }

  @Test func aSegmentsBaseCountsInRealMode() {
    let text = "EIP=0000fff0 EFL=00000002 CPL=0 HLT=0\nCS =f000 000f0000 0000ffff 00009b00\nCR0=60000010\n"
    #expect(Registers.parse(text).first?.address == 0xffff0)
    #expect(Registers.parse(text.replacing("CPL=0", with: "CPL=3")).first?.isUserMode == true)
  }

  @Test(arguments: ["", "CPU#0\nCPU#1\n", "RIP=zz\n", "nonsense = x\n====\n", "RIP=\n"])
  func whatIsNoRegistersIsNone(text: String) {
    #expect(Registers.parse(text).isEmpty)
  }

  private func looks(_ addresses: [UInt64], halted: Set<Int> = [], on: Bool = true, user: Bool = false) -> [[Registers]]
  {
    addresses.enumerated().map { index, address in
      [Registers(address: address, isHalted: halted.contains(index), takesInterrupts: on, isUserMode: user)]
    }
  }

  @Test func theBehaviourFollowsFromSeveralLooks() {
    let all = Set(0..<8)
    let same = [UInt64](repeating: 0x7c00, count: 8)
    let wide = (0..<8).map { UInt64($0) * 0x1000 }
    #expect(ProcessorLook([]).behaviour == .unknown)
    #expect(ProcessorLook(looks(same, halted: all, on: false)).behaviour == .halted)
    #expect(ProcessorLook(looks(same, halted: all)).behaviour == .idle)
    // A clock tick now and then.
    #expect(ProcessorLook(looks(wide, halted: all.subtracting([3, 5]))).behaviour == .idle)
    #expect(ProcessorLook(looks(same)).behaviour == .spinning)
    #expect(ProcessorLook(looks(wide)).behaviour == .busy)
    // The clock's handler in the BIOS, now and then; as it was seen of `jmp $`.
    let disturbed = ProcessorLook(looks([0x7c00, 0xf704c, 0x7c00, 0x7c00, 0x7c00]))
    #expect(disturbed.behaviour == .spinning && disturbed.address == 0x7c00)
    let user = ProcessorLook(looks(wide, halted: [0], user: true))
    #expect(user.isUserMode == true && user.address == 0x1000)
    // The other processors of a spinning boot sector sleep for good.
    let two = ProcessorLook([[Registers]](repeating: Registers.parse(Self.spinningBootSector), count: 4))
    #expect(two.behaviour == .spinning && two.isRealMode && two.address == 0x7c00)
  }
}
