/// Escape and control sequences, erasing, modes.
extension VirtualTerminal {
  mutating func escape(_ intermediates: [UInt8], final: UInt8) {
    switch (intermediates.first, final) {
    case (nil, UInt8(ascii: "7")): save()
    case (nil, UInt8(ascii: "8")): restore()
    case (nil, UInt8(ascii: "D")): feed()
    case (nil, UInt8(ascii: "E")):
      move(toColumn: 0)
      feed()
    case (nil, UInt8(ascii: "M")): reverseFeed()
    case (nil, UInt8(ascii: "H")): tabs[column] = true
    case (nil, UInt8(ascii: "c")): reset()
    case (UInt8(ascii: "("), _): designate(0, final)
    case (UInt8(ascii: ")"), _): designate(1, final)
    default: break
    }
  }

  mutating func designate(_ set: Int, _ final: UInt8) {
    if final == UInt8(ascii: "0") { graphics |= 1 << set } else { graphics &= ~(1 << set) }
  }

  mutating func sequence(_ parameters: [UInt8], final: UInt8) {
    let isPrivate = parameters.first == UInt8(ascii: "?")
    guard let numbers = numbers(of: parameters.dropFirst(isPrivate ? 1 : 0)) else { return }
    if isPrivate {
      guard final == UInt8(ascii: "h") || final == UInt8(ascii: "l") else { return }
      for number in numbers { set(privateMode: number, final == UInt8(ascii: "h")) }
      return
    }
    let first = numbers.first ?? 0
    let count = max(1, first)
    let second = numbers.count > 1 ? numbers[1] : 0
    switch final {
    case UInt8(ascii: "A"): move(byRows: -count)
    case UInt8(ascii: "B"), UInt8(ascii: "e"): move(byRows: count)
    case UInt8(ascii: "C"), UInt8(ascii: "a"): move(toColumn: column + count)
    case UInt8(ascii: "D"): move(toColumn: column - count)
    case UInt8(ascii: "E"), UInt8(ascii: "F"):
      move(byRows: final == UInt8(ascii: "E") ? count : -count)
      move(toColumn: 0)
    case UInt8(ascii: "G"), UInt8(ascii: "`"): move(toColumn: count - 1)
    case UInt8(ascii: "d"): place(row: count - 1, column: column)
    case UInt8(ascii: "H"), UInt8(ascii: "f"): place(row: count - 1, column: max(1, second) - 1)
    case UInt8(ascii: "I"): tab(count)
    case UInt8(ascii: "Z"): backTab(count)
    case UInt8(ascii: "J"): eraseDisplay(first)
    case UInt8(ascii: "K"): eraseLine(first)
    case UInt8(ascii: "X"): grid.erase(row: row, column..<min(column + count, grid.columns))
    case UInt8(ascii: "@"): grid.shift(row: row, from: column, by: min(count, grid.columns))
    case UInt8(ascii: "P"): grid.shift(row: row, from: column, by: -min(count, grid.columns))
    case UInt8(ascii: "L"), UInt8(ascii: "M"):
      guard (top...bottom).contains(row) else { break }
      grid.scroll(row..<bottom + 1, by: final == UInt8(ascii: "M") ? count : -count)
      move(toColumn: 0)
    case UInt8(ascii: "S"): grid.scroll(top..<bottom + 1, by: count)
    case UInt8(ascii: "T"): if numbers.count <= 1 { grid.scroll(top..<bottom + 1, by: -count) }
    case UInt8(ascii: "g"): clearTabs(first)
    case UInt8(ascii: "r"): setMargins(count - 1, (second == 0 ? grid.rows : second) - 1)
    case UInt8(ascii: "m"): style(numbers)
    case UInt8(ascii: "s"): if numbers.isEmpty { save() }
    case UInt8(ascii: "u"): if numbers.isEmpty { restore() }
    case UInt8(ascii: "h"), UInt8(ascii: "l"): if numbers.contains(4) { inserts = final == UInt8(ascii: "h") }
    default: break
    }
  }

  /// The numbers, 0 for those left out; nil when anything but digits and `;` stands there. No number is over 9999.
  func numbers(of parameters: ArraySlice<UInt8>) -> [Int]? {
    guard !parameters.isEmpty else { return [] }
    var numbers = [0]
    for byte in parameters {
      switch byte {
      case 0x30...0x39: numbers[numbers.count - 1] = min(9999, numbers[numbers.count - 1] * 10 + Int(byte - 0x30))
      case UInt8(ascii: ";"): numbers.append(0)
      default: return nil
      }
    }
    return numbers
  }

  mutating func eraseDisplay(_ which: Int) {
    switch which {
    case 0:
      eraseLine(0)
      grid.clear(rows: row + 1..<grid.rows)
    case 1:
      grid.clear(rows: 0..<row)
      eraseLine(1)
    case 2: grid.clear(rows: 0..<grid.rows)
    default: break
    }
  }

  mutating func eraseLine(_ which: Int) {
    pendingWrap = false
    switch which {
    case 0: grid.erase(row: row, column..<grid.columns)
    case 1: grid.erase(row: row, 0..<column + 1)
    case 2: grid.clear(rows: row..<row + 1)
    default: break
    }
  }

  mutating func clearTabs(_ which: Int) {
    if which == 0 { tabs[column] = false }
    if which == 3 { tabs = Array(repeating: false, count: grid.columns) }
  }

  mutating func setMargins(_ first: Int, _ last: Int) {
    let end = min(last, grid.rows - 1)
    guard first < end else { return }
    (top, bottom) = (first, end)
    place(row: 0, column: 0)
    hasMoved = false
  }

  /// Keeps the reverse alone; the numbers of a colour are not taken for styles.
  mutating func style(_ numbers: [Int]) {
    var at = 0
    let numbers = numbers.isEmpty ? [0] : numbers
    while at < numbers.count {
      switch numbers[at] {
      case 0, 27: pen = 0
      case 7: pen = ScreenGrid.reversed
      case 38, 48: at += at + 1 < numbers.count && numbers[at + 1] == 2 ? 4 : 2
      default: break
      }
      at += 1
    }
  }

  // MARK: Modes

  mutating func set(privateMode number: Int, _ on: Bool) {
    switch number {
    case 3:
      // To 132 columns and back: the size stays, the screen is cleared.
      grid.clear(rows: 0..<grid.rows)
      (top, bottom) = (0, grid.rows - 1)
      (row, column, pendingWrap) = (0, 0, false)
    case 6:
      originMode = on
      place(row: 0, column: 0)
      hasMoved = false
    case 7:
      wraps = on
      pendingWrap = false
    case 47, 1047, 1049: showOther(on, withCursor: number == 1049)
    default: break
    }
  }

  mutating func showOther(_ on: Bool, withCursor: Bool) {
    guard on != showsOther else { return }
    if on, withCursor { save() }
    showsOther = on
    var shown = other ?? ScreenGrid(columns: grid.columns, rows: grid.rows)
    swap(&shown, &grid)
    other = shown
    if on { grid.clear(rows: 0..<grid.rows) }
    if !on, withCursor { restore() }
  }

  mutating func save() {
    saved = Saved(
      row: row, column: column, pendingWrap: pendingWrap, pen: pen, graphics: graphics, shifted: shifted,
      originMode: originMode)
  }

  mutating func restore() {
    (row, column, pendingWrap, pen) = (saved.row, saved.column, saved.pendingWrap, saved.pen)
    (graphics, shifted, originMode) = (saved.graphics, saved.shifted, saved.originMode)
    // What asks for the terminal's size saves and restores, and draws nothing.
    hasMoved = false
  }

  mutating func reset() {
    grid.clear(rows: 0..<grid.rows)
    (row, column, pendingWrap, pen) = (0, 0, false, 0)
    (graphics, shifted, saved) = (0, 0, Saved())
    (top, bottom, originMode, wraps, inserts, showsOther) = (0, grid.rows - 1, false, true, false, false)
    for column in tabs.indices { tabs[column] = column % 8 == 0 && column > 0 }
  }
}
