/// The cells of a terminal's screen, and what moves them about.
///
/// Shape: rows and columns count from 0. Rows lie in any order in `cells`, and all of a row behind its `used` cells is
/// blank whatever stands there, so that to scroll or to erase costs a step for each row, not for each cell.
struct ScreenGrid: Sendable {
  /// A blank that is not reversed.
  static let blank: UInt32 = 0x20
  /// The right half of a wide character.
  static let half: UInt32 = 0
  /// Added to a character that is shown in reverse.
  static let reversed: UInt32 = 1 << 31
  /// Added to a character that takes two cells.
  private static let wide: UInt32 = 1 << 30
  private static let scalar: UInt32 = 0x1F_FFFF

  let columns: Int
  let rows: Int
  private var cells: [UInt32]
  /// Where each row lies.
  private var order: [Int]
  /// Cells of the row that mean something, by the place where it lies.
  private var used: [Int]

  init(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    cells = Array(repeating: Self.blank, count: columns * rows)
    order = Array(0..<rows)
    used = Array(repeating: 0, count: rows)
  }

  subscript(row: Int, column: Int) -> UInt32 {
    column < used[order[row]] ? cells[order[row] * columns + column] : Self.blank
  }

  // MARK: Writing

  /// Puts `run` at `column`, which has room for it.
  mutating func put(_ run: UnsafeBufferPointer<UInt8>, row: Int, column: Int, pen: UInt32) {
    let base = prepare(row, column, run.count)
    for (offset, byte) in run.enumerated() { cells[base + offset] = UInt32(byte) | pen }
  }

  /// Puts a character of `width` cells at `column`, which has room for it.
  mutating func put(_ value: UInt32, width: Int, row: Int, column: Int, pen: UInt32) {
    let base = prepare(row, column, width)
    cells[base] = value | pen | (width == 2 ? Self.wide : 0)
    if width == 2 { cells[base + 1] = Self.half }
  }

  /// Makes `count` cells from `column` on ready to be overwritten; what is left of wide characters there is blanked.
  private mutating func prepare(_ row: Int, _ column: Int, _ count: Int) -> Int {
    let (place, base) = extend(row, to: column)
    let end = column + count
    if column > 0, column < used[place], cells[base + column] == Self.half { cells[base + column - 1] = Self.blank }
    if end < used[place], cells[base + end] == Self.half { cells[base + end] = Self.blank }
    used[place] = max(used[place], end)
    return base + column
  }

  /// Blanks what lies between the used part of a row and `column`.
  private mutating func extend(_ row: Int, to column: Int) -> (place: Int, base: Int) {
    let place = order[row]
    let base = place * columns
    if used[place] < column {
      for index in used[place]..<column { cells[base + index] = Self.blank }
      used[place] = column
    }
    return (place, base)
  }

  // MARK: Erasing and moving

  mutating func clear(rows range: Range<Int>) { for row in range { used[order[row]] = 0 } }

  /// Blanks the cells `range` of a row.
  mutating func erase(row: Int, _ range: Range<Int>) {
    let place = order[row]
    let base = place * columns
    let end = min(range.upperBound, used[place])
    guard range.lowerBound < end else { return }
    if cells[base + range.lowerBound] == Self.half, range.lowerBound > 0 {
      cells[base + range.lowerBound - 1] = Self.blank
    }
    if end == used[place] {
      used[place] = range.lowerBound
    } else {
      if cells[base + end] == Self.half { cells[base + end] = Self.blank }
      for index in range.lowerBound..<end { cells[base + index] = Self.blank }
    }
  }

  /// Moves the cells from `column` on to the right, or with a negative `count` to the left, over those there.
  mutating func shift(row: Int, from column: Int, by count: Int) {
    let base = extend(row, to: columns).base
    let room = columns - column
    let step = min(abs(count), room)
    if count > 0 {
      for index in (column + step..<columns).reversed() { cells[base + index] = cells[base + index - step] }
      for index in column..<column + step { cells[base + index] = Self.blank }
    } else {
      for index in column..<columns - step { cells[base + index] = cells[base + index + step] }
      for index in columns - step..<columns { cells[base + index] = Self.blank }
    }
    for seam in [column - 1, column, column + step, columns - 1] { mend(row, seam) }
  }

  /// Blanks the cell if it holds one half of a wide character without the other.
  private mutating func mend(_ row: Int, _ column: Int) {
    guard (0..<columns).contains(column) else { return }
    let isHalf = self[row, column] == Self.half && (column == 0 || self[row, column - 1] & Self.wide == 0)
    let isWide = self[row, column] & Self.wide != 0 && (column + 1 == columns || self[row, column + 1] != Self.half)
    if isHalf || isWide { cells[order[row] * columns + column] = Self.blank }
  }

  /// Moves the rows of `range` up by `count`; blank ones come from below. Negative: down.
  mutating func scroll(_ range: Range<Int>, by count: Int) {
    for _ in 0..<min(abs(count), range.count) {
      if count > 0 {
        let first = order[range.lowerBound]
        for row in range.dropLast() { order[row] = order[row + 1] }
        order[range.upperBound - 1] = first
        used[first] = 0
      } else {
        let last = order[range.upperBound - 1]
        for row in range.dropFirst().reversed() { order[row] = order[row - 1] }
        order[range.lowerBound] = last
        used[last] = 0
      }
    }
  }

  // MARK: Reading

  /// The row's text without the blanks at its end.
  func text(_ row: Int) -> String {
    var text = String.UnicodeScalarView()
    for column in 0..<used[order[row]] {
      let value = self[row, column] & Self.scalar
      if value != Self.half, let scalar = Unicode.Scalar(value) { text.append(scalar) }
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// What is shown in reverse in the row, without blanks at its ends; empty: nothing but blanks is.
  func highlighted(_ row: Int) -> String {
    let cells = (0..<used[order[row]]).lazy.map { self[row, $0] }.filter { $0 & Self.reversed != 0 }
    let scalars = cells.compactMap { $0 & Self.scalar == Self.half ? nil : Unicode.Scalar($0 & Self.scalar) }
    return String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
  }

  /// The same cells on a screen of another size, from row `first` on.
  func resized(columns: Int, rows: Int, from first: Int) -> ScreenGrid {
    var new = ScreenGrid(columns: columns, rows: rows)
    for row in 0..<min(rows, self.rows - first) {
      let count = min(columns, used[order[first + row]])
      for column in 0..<count { new.cells[row * columns + column] = self[first + row, column] }
      new.used[row] = count
      new.mend(row, count - 1)
    }
    return new
  }
}
