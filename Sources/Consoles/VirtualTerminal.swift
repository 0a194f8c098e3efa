/// The terminal of a ``Screen``: cursor, margins, modes, and what text and controls do to the cells.
struct VirtualTerminal: TerminalSink, Sendable {
  /// What DECSC saves.
  struct Saved {
    var row = 0
    var column = 0
    var pendingWrap = false
    var pen: UInt32 = 0
    var graphics: UInt8 = 0
    var shifted = 0
    var originMode = false
  }

  var grid: ScreenGrid
  var row = 0
  var column = 0
  /// The last column has been written: the next character goes to the next row.
  var pendingWrap = false
  var pen: UInt32 = 0
  /// A bit each for G0 and G1: whether it holds the line drawing set; and which of them is in use.
  var graphics: UInt8 = 0
  var shifted = 0
  /// The scroll region; `bottom` belongs to it.
  var top = 0
  var bottom: Int
  var originMode = false
  var wraps = true
  var inserts = false
  var tabs: [Bool]
  var saved = Saved()
  /// The screen that is not shown; nil: never used.
  var other: ScreenGrid?
  var showsOther = false

  /// How often text was put below the first row by cursor addressing.
  var placements = 0
  /// Line feeds since the last of these.
  var feedsSincePlacement = 0
  var hasMoved = false

  init(columns: Int, rows: Int) {
    grid = ScreenGrid(columns: columns, rows: rows)
    bottom = rows - 1
    tabs = Self.tabs(columns)
  }

  static func tabs(_ columns: Int) -> [Bool] { (0..<columns).map { $0 % 8 == 0 && $0 > 0 } }

  mutating func resize(columns: Int, rows: Int) {
    let first = max(0, row - rows + 1)
    grid = grid.resized(columns: columns, rows: rows, from: first)
    (row, column) = (min(row - first, rows - 1), min(column, columns - 1))
    (top, bottom, tabs) = (0, rows - 1, Self.tabs(columns))
    (saved, other, showsOther, pendingWrap) = (Saved(), nil, false, false)
  }

  // MARK: Text

  mutating func text(_ run: UnsafeBufferPointer<UInt8>) {
    if graphics & 1 << shifted != 0 {
      for byte in run { character(Self.lineDrawing(byte)) }
      return
    }
    notePlacement()
    if inserts || !wraps {
      for byte in run { put(UInt32(byte), width: 1) }
      return
    }
    var at = 0
    while at < run.count {
      if pendingWrap { wrap() }
      let end = min(run.count, at + grid.columns - column)
      grid.put(UnsafeBufferPointer(rebasing: run[at..<end]), row: row, column: column, pen: pen)
      advance(end - at)
      at = end
    }
  }

  mutating func character(_ scalar: Unicode.Scalar) {
    let width = scalar.terminalWidth
    // What combines with the character before is left out: text for people needs the letters.
    guard width > 0 else { return }
    notePlacement()
    put(scalar.value, width: width)
  }

  mutating func put(_ value: UInt32, width: Int) {
    if wraps, pendingWrap || column + width > grid.columns { wrap() }
    // Without wrapping the last cells are written over and over.
    column = min(column, grid.columns - width)
    if inserts { grid.shift(row: row, from: column, by: width) }
    grid.put(value, width: width, row: row, column: column, pen: pen)
    advance(width)
  }

  mutating func advance(_ width: Int) {
    column += width
    guard column >= grid.columns else { return }
    column = grid.columns - 1
    pendingWrap = true
  }

  mutating func wrap() {
    column = 0
    feed()
  }

  mutating func notePlacement() {
    guard hasMoved else { return }
    hasMoved = false
    placements = min(placements + 1, 1 << 30)
    feedsSincePlacement = 0
  }

  /// The special graphics of the VT100, as Unicode has them; other characters stay.
  static func lineDrawing(_ byte: UInt8) -> Unicode.Scalar {
    byte >= 0x5F && byte < 0x7F ? drawn[Int(byte) - 0x5F] : Unicode.Scalar(byte)
  }
  static let drawn = Array(" ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·".unicodeScalars)

  // MARK: Controls

  mutating func control(_ byte: UInt8) {
    switch byte {
    case 0x08: move(toColumn: column - 1)
    case 0x09: tab(1)
    case 0x0A, 0x0B, 0x0C: feed()
    case 0x0D: move(toColumn: 0)
    case 0x0E: shifted = 1
    case 0x0F: shifted = 0
    default: break
    }
  }

  mutating func feed() {
    pendingWrap = false
    feedsSincePlacement = min(feedsSincePlacement + 1, 1 << 30)
    if row == bottom {
      grid.scroll(top..<bottom + 1, by: 1)
    } else {
      row = min(row + 1, grid.rows - 1)
    }
  }

  mutating func reverseFeed() {
    pendingWrap = false
    if row == top { grid.scroll(top..<bottom + 1, by: -1) } else { row = max(row - 1, 0) }
  }

  mutating func tab(_ count: Int) {
    pendingWrap = false
    for _ in 0..<min(count, grid.columns) {
      column = (column + 1..<max(column + 1, grid.columns)).first { tabs[$0] } ?? grid.columns - 1
    }
  }

  mutating func backTab(_ count: Int) {
    pendingWrap = false
    for _ in 0..<min(count, grid.columns) { column = (0..<column).last { tabs[$0] } ?? 0 }
  }

  mutating func move(toColumn target: Int) {
    pendingWrap = false
    column = target.clamped(to: 0...grid.columns - 1)
  }

  /// Places the cursor; in origin mode rows count from the scroll region's first, and stay in it.
  mutating func place(row target: Int, column: Int) {
    row = originMode ? (target + top).clamped(to: top...bottom) : target.clamped(to: 0...grid.rows - 1)
    move(toColumn: column)
    hasMoved = row > 0
  }

  /// Moves by rows, never out of the scroll region it stands in.
  mutating func move(byRows count: Int) {
    let range = count < 0 ? (row >= top ? top : 0)...row : row...(row <= bottom ? bottom : grid.rows - 1)
    row = (row + count).clamped(to: range)
    pendingWrap = false
    hasMoved = row > 0
  }
}
