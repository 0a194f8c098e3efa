import Model
import ZFSStreams

extension ImageFormat {
  /// What form of a disk begins with `bytes`, of which there are 520 unless the image is shorter; nil when none does.
  init?(magic bytes: UnsafeRawBufferPointer) {
    func holds(_ magic: [UInt8], at offset: Int) -> Bool { bytes.dropFirst(offset).starts(with: magic) }
    // DRR_BEGIN's magic number, 0x2F5BACBAC, in the byte order of the sender.
    let magic: [UInt8] = [0xac, 0xcb, 0xba, 0xf5, 2, 0, 0, 0]
    if holds(magic, at: 8) || holds(magic.reversed(), at: 8) {
      self = .zfs
    } else if holds(Array("QFI".utf8) + [0xfb], at: 0) {
      self = .qcow2
    } else if holds([0x55, 0xaa], at: 510) || holds(Array("EFI PART".utf8), at: 512) {
      self = .raw
    } else {
      return nil
    }
  }

  /// What to say of bytes that are no disk.
  static func unknown(_ bytes: UnsafeRawBufferPointer) -> String {
    let start = bytes.prefix(16)
    let hex = start.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    let text = String(decoding: start.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
    return
      "neither a ZFS stream nor a disk image: begins with \(hex) ('\(text)'); what is taken is zfs send's output, a raw "
      + "disk with a boot sector (55 aa at byte 510) or a GPT, or qcow2"
  }
}
