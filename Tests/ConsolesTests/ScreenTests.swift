import Foundation
import Testing

@testable import Consoles

/// `^[` is ESC; results are written down by hand from what a VT100 does.
@Suite struct ScreenTests {
  private func screen(_ text: String, columns: Int = 10, rows: Int = 5, step: Int = .max) -> Screen {
    var screen = Screen(columns: columns, rows: rows)
    let bytes = Array(text.replacing("^[", with: "\u{1B}").utf8)
    for at in stride(from: 0, to: bytes.count, by: min(step, max(1, bytes.count))) {
      screen.receive(Array(bytes[at..<min(bytes.count, at + min(step, bytes.count))]))
    }
    return screen
  }

  @Test(
    arguments: [
      ("plain\r\ntwo", "plain\ntwo\n"),
      // A line feed alone keeps the column.
      ("ab\ncd", "ab\n  cd\n"),
      ("50%\r100%", "100%\n"), ("abc\u{08}\u{08}X", "aXc\n"), ("a\tb\u{09}c", "a       bc\n"),
      // The last column does not wrap before something is to be written behind it.
      ("0123456789", "0123456789\n"), ("0123456789\rX", "X123456789\n"), ("0123456789A", "0123456789\nA\n"),
      ("0123456789\r\nA", "0123456789\nA\n"), ("0123456789\u{08}X", "01234567X9\n"),
      ("0123456789^[[KX", "012345678X\n"),
      ("^[?a", "a\n"), ("^[[?7l0123456789AB^[[?7hC", "012345678C\n"),
      ("^[[?7l0123456789AB^[[?7hCD", "012345678C\nD\n"),
      ("1\r\n2\r\n3\r\n4\r\n5\r\n6", "2\n3\n4\n5\n6\n"),
      // Cursor moves, all of them bounded.
      ("^[[3;4Hx", "\n\n   x\n"), ("^[[3;4fx", "\n\n   x\n"), ("^[[99;99Hx", "\n\n\n\n         x\n"),
      ("^[[;3Hx", "  x\n"),
      ("^[[2Bx^[[Ay^[[5Cz^[[99Dw", "\nwy     z\nx\n"), ("^[[2dx^[[5Gy^[[2`z", "\nxz  y\n"),
      ("abc^[[2Ex^[[Fy", "abc\ny\nx\n"), ("^[[3;3H^[[99A^[[99Dx", "x\n"), ("^[[0;0Hx", "x\n"),
      ("^[[2;2H^[7^[[5;5H^[8x", "\n x\n"), ("^[[2;2H^[[s^[[5;5H^[[ux", "\n x\n"), ("^[Dx^[Ey^[Mz", "\nxz\ny\n"),
      ("a^[[3ab^[[2ec", "a   b\n\n     c\n"),
      // Erasing.
      ("abcdef^[[3D^[[Kx", "abcx\n"), ("abcdef^[[3D^[[1Kx", "   xef\n"), ("abcdef^[[3D^[[2Kx", "   x\n"),
      ("a\r\nb\r\nc^[[2;1H^[[J", "a\n"), ("a\r\nb\r\nc^[[2;1H^[[1J", "\n\nc\n"), ("a\r\nb^[[2Jc", "\n c\n"),
      ("abcdef^[[4D^[[2Xx", "abx ef\n"), ("abc^[[9X", "abc\n"),
      // Inserting and deleting.
      ("abcdef^[[4D^[[2@x", "abx cdef\n"), ("0123456789^[[5G^[[3@", "0123   456\n"), ("abcdef^[[4D^[[2P", "abef\n"),
      ("abcdef^[[1G^[[99P", ""), ("abc^[[1G^[[4hXY^[[4lZ", "XYZbc\n"),
      ("1\r\n2\r\n3\r\n4\r\n5^[[2;3H^[[2Lx", "1\nx\n\n2\n3\n"), ("1\r\n2\r\n3\r\n4\r\n5^[[2;3H^[[2Mx", "1\nx\n5\n"),
      // The scroll region.
      ("1\r\n2\r\n3\r\n4\r\n5^[[2;4r^[[4;1H\nx", "1\n3\n4\nx\n5\n"),
      ("1\r\n2\r\n3\r\n4\r\n5^[[2;4r^[[2;1H^[Mx", "1\nx\n2\n3\n5\n"),
      ("1\r\n2\r\n3\r\n4\r\n5^[[2;4r^[[S", "1\n3\n4\n\n5\n"), ("1\r\n2\r\n3\r\n4\r\n5^[[2;4r^[[2T", "1\n\n\n2\n5\n"),
      ("1\r\n2\r\n3\r\n4\r\n5^[[2;4r^[[3;1H^[[99Bx^[[99Ay", "1\n2y\n3\nx\n5\n"),
      ("1\r\n2\r\n3\r\n4\r\n5^[[2;4r^[[1;1H^[[L", "1\n2\n3\n4\n5\n"),
      ("^[[2;4r^[[?6h^[[1;1Hx^[[99;1Hy^[[?6l^[[1;1Hz", "z\nx\n\ny\n"), ("^[[4;2rx", "x\n"),
      ("^[[2;4r^[[5;1Ha\nb", "\n\n\n\nab\n"),
      // Tabs.
      ("^[[3g\tx", "         x\n"), ("^[[4G^[H\r\tx", "   x\n"), ("\t^[[g\r\tx", "         x\n"), ("^[[9G^[[Zx", "x\n"),
      // Line drawing, in both sets.
      ("^[(0lqk^[(Bx", "┌─┐x\n"), ("^[)0a\u{0E}x\u{0F}x", "a│x\n"), ("^[(0a~^[8", "▒·\n"),
      // Other sets are not known, and text in them stays what it is.
      ("^[(A#^[(Ba", "#a\n"), ("^[%Ga", "a\n"),
      // Wide and combining characters.
      ("a漢b", "a漢b\n"), ("123456789漢", "123456789\n漢\n"), ("漢字^[[2GX", " X字\n"), ("漢字^[[3GX", "漢X\n"),
      ("e\u{301}x", "ex\n"),
      ("漢字^[[2G^[[P", " 字\n"), ("漢^[[1G^[[@", " 漢\n"), ("a漢^[[2G^[[X", "a\n"), ("😀x", "😀x\n"),
      // What is not known is swallowed, what has no end swallows nothing that matters.
      ("^[]0;title\u{07}a^[P1$qx^[\\b^[_x^[\\c", "abc\n"), ("^[[6na^[[cb^[[>4;2mc^[[?2004hd", "abcd\n"),
      ("^[[12\nx", "\nx\n"),
      ("^[[999999999999999999999Bx", "\n\n\n\nx\n"), ("^[[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17Hx", " x\n"),
      ("c1\u{9B}2J", "c1\u{FFFD}2J\n"), ("\u{202E}a\u{07}\u{00}\u{7F}", "\u{FFFD}a\n"), ("^[[1 qx", "x\n"),
      // Whole screens.
      ("a^[cb", "b\n"), ("main^[[?1049hother", "    other\n"), ("main^[[?1049h^[[Hother^[[?1049lX", "mainX\n"),
      ("ab^[[?3hc", "c\n"), ("^[#8a", "a\n"),
    ] as [(String, String)])
  func shows(_ given: String, _ wanted: String) {
    for step in [Int.max, 1, 3] { #expect(screen(given, step: step).text == wanted, "\(given.debugDescription)") }
  }

  @Test func theCursorIsWhereItWasPut() {
    let cursor = screen("^[[3;4H").cursor
    #expect(cursor == (2, 3))
    let end = screen("0123456789").cursor
    #expect(end == (0, 9))
  }

  @Test func whatIsReversedIsKnownAndColoursAreNot() {
    let menu = "^[[1;2Hone^[[2;2H^[[7mtwo^[[m^[[3;2H^[[38;5;7mred^[[48;2;7;7;7mx^[[0;31mthree^[[27m"
    #expect(screen(menu).highlighted == [1])
    #expect(screen(menu + "^[[2;2Htwo").highlighted == [])
    #expect(screen(menu).selected == "two")
    #expect(screen("^[[0;7;1mx^[[2Ky").highlighted == [0])
    #expect(screen("^[[7m      ").highlighted == [])
    #expect(screen("^[[7mx^[[2J").highlighted == [])
  }

  @Test func textAloneIsNotDrawn() {
    #expect(!screen("^[[H^[[Jhost login: ").isDrawn)
    // What asks for the terminal's size writes nothing there.
    #expect(!screen("^[7^[[999;999H^[[6n^[8login: ").isDrawn)
    let menu = "^[[2;2Hone^[[3;2Htwo"
    #expect(screen(menu).isDrawn)
    #expect(screen(menu + "\r\n\n\n").isDrawn)
    #expect(!screen(menu + "\r\n\n\n\n\n").isDrawn)
  }

  /// What GRUB 2.06 of our tiny guest sent, its menu waiting, after the key for the next entry.
  @Test func aRealMenuOfGRUB() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let bytes = try [UInt8](Data(contentsOf: folder.appending(path: "fixtures/screens/grub-menu.raw")))
    for step in [1, 100, bytes.count] {
      var shown = Screen()
      for at in stride(from: 0, to: bytes.count, by: step) {
        shown.receive(Array(bytes[at..<min(bytes.count, at + step)]))
      }
      #expect(shown.isDrawn)
      #expect(shown.rows.count == 24)
      #expect(shown.rows[1] == "                       GNU GRUB  version 2.06-13+deb12u2")
      #expect(shown.rows[3] == " +" + String(repeating: "-", count: 76) + "+")
      #expect(shown.rows[5].hasPrefix(" |*tiny, recovery mode   ") && shown.rows[5].hasSuffix("  |"))
      #expect(shown.rows[4].hasPrefix(" | tiny   "))
      #expect(shown.highlighted == [5])
      #expect(shown.selected == "*tiny, recovery mode")
      #expect(shown.text.contains("Use the ^ and v keys to select which entry is highlighted."))
      // The countdown's line is gone.
      #expect(!shown.text.contains("automatically"))
    }
  }

  @Test func anotherSizeKeepsTheRowsAboutTheCursor() {
    var shown = screen("1\r\n2\r\n3\r\n4\r\n5abcdefghi")
    shown.resize(columns: 4, rows: 2)
    #expect(shown.text == "4\n5abc\n")
    #expect(shown.cursor == (1, 3))
    shown.resize(columns: 20, rows: 4)
    shown.receive(Array("\r\nX".utf8))
    #expect(shown.text == "4\n5abc\nX\n")
    // Half of a wide character is none.
    var wide = screen("漢字")
    wide.resize(columns: 3, rows: 2)
    #expect(wide.text == "漢\n")
    for (columns, rows) in [(-5, 0), (Int.max, Int.max)] { wide.resize(columns: columns, rows: rows) }
    #expect(wide.rows.count == 500)
  }

  /// Whatever comes, the cuts do not matter, and the screen stays a screen of characters that are harmless.
  @Test func junkLeavesARealScreen() {
    var generator = SystemRandomNumberGenerator()
    let finals = Array("ABCDEFGHIJKLMPSTXZ@abdefghlmrsu".utf8)
    for _ in 0..<30 {
      var bytes: [UInt8] = []
      while bytes.count < 600 {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes += [.random(in: 0...255, using: &generator)]
        case 1: bytes += Array("text 漢\r\n".utf8)
        case 2: bytes += [0x1B, "()#78DEMHc[]P".utf8.randomElement(using: &generator)!]
        default:
          bytes += Array(
            "\u{1B}[\(Int.random(in: 0...12, using: &generator));\(Int.random(in: 0...90, using: &generator))".utf8)
          bytes.append(finals.randomElement(using: &generator)!)
        }
      }
      var whole = Screen(columns: 11, rows: 4)
      whole.receive(bytes)
      var cut = Screen(columns: 11, rows: 4)
      for byte in bytes { cut.receive([byte]) }
      #expect(whole.rows == cut.rows, "\(bytes)")
      #expect(whole.rows.count == 4)
      #expect((0..<4).contains(whole.cursor.row) && (0..<11).contains(whole.cursor.column))
      for row in whole.rows {
        #expect(row.unicodeScalars.map(\.terminalWidth).reduce(0, +) <= 11, "\(bytes)")
        #expect(row.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
      }
    }
  }
}
