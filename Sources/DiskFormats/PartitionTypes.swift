/// Names of the usual partition types.
enum PartitionTypes {
  /// Of an MBR.
  static func name(_ type: UInt8) -> String? {
    switch type {
    case 0x01, 0x04, 0x06, 0x0b, 0x0c, 0x0e: "FAT"
    case 0x05, 0x0f, 0x85: "extended"
    case 0x07: "NTFS or exFAT"
    case 0x82: "Linux swap"
    case 0x83: "Linux"
    case 0x8e: "Linux LVM"
    case 0xa5: "FreeBSD"
    case 0xa6: "OpenBSD"
    case 0xa9: "NetBSD"
    case 0xbf: "Solaris"
    case 0xee: "GPT protective"
    case 0xef: "EFI system"
    case 0xfd: "Linux RAID"
    default: nil
    }
  }

  static let biosBoot = "21686148-6449-6E6F-744E-656564454649"
  static let freeBSDBoot = "83BD6B9D-7F41-11DC-BE0B-001560B84F0F"

  /// Of a GPT, by the GUID in upper case.
  static func name(_ guid: String) -> String? { names[guid] }

  private static let names = [
    biosBoot: "BIOS boot",
    "C12A7328-F81F-11D2-BA4B-00A0C93EC93B": "EFI system",
    "0FC63DAF-8483-4772-8E79-3D69D8477DE4": "Linux",
    "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709": "Linux root (x86-64)",
    "44479540-F297-41B2-9AF7-D131D5F0458A": "Linux root (x86)",
    "BC13C2FF-59E6-4262-A352-B275FD6F7172": "Linux extended boot",
    "933AC7E1-2EB4-4F13-B844-0E14E2AEF915": "Linux home",
    "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F": "Linux swap",
    "E6D6D379-F507-44C2-A23C-238F2A3DF928": "Linux LVM",
    "A19D880F-05FC-4D3B-A006-743F0F84911E": "Linux RAID",
    "CA7D7CCB-63ED-4C53-861C-1742536059CC": "LUKS",
    "8DA63339-0007-60C0-C436-083AC8230908": "Linux reserved",
    "9E1A2D38-C612-4316-AA26-8B49521E5A8B": "PowerPC PReP boot",
    "E3C9E316-0B5C-4DB8-817D-F92DF00215AE": "Microsoft reserved",
    "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7": "Microsoft basic data",
    "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC": "Windows recovery",
    freeBSDBoot: "FreeBSD boot",
    "516E7CB4-6ECF-11D6-8FF8-00022D09712B": "FreeBSD data",
    "516E7CB5-6ECF-11D6-8FF8-00022D09712B": "FreeBSD swap",
    "516E7CB6-6ECF-11D6-8FF8-00022D09712B": "FreeBSD UFS",
    "516E7CBA-6ECF-11D6-8FF8-00022D09712B": "FreeBSD ZFS",
    "6A82CB45-1DD2-11B2-99A6-080020736631": "Solaris boot",
    "6A85CF4D-1DD2-11B2-99A6-080020736631": "Solaris root",
    "6A898CC3-1DD2-11B2-99A6-080020736631": "Solaris or Apple ZFS",
    "6A945A3B-1DD2-11B2-99A6-080020736631": "Solaris reserved",
    "824CC7A0-36A8-11E3-890A-952519AD3F61": "OpenBSD data",
    "49F48D5A-B10E-11DC-B99B-0019D1879648": "NetBSD FFS",
    "48465300-0000-11AA-AA11-00306543ECAC": "Apple HFS+",
  ]
}
