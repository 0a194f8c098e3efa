/// What a VT100 or VT220 shows of what a guest has written: for menus and installers, which draw their screen over and
/// over, so that their bytes read as lines mean little.
///
/// Shape: 80 × 24 unless it is resized; rows and columns count from 0. The work for each byte is bounded, and so is the
/// memory, whatever comes. Cells hold printable characters alone (see ``TerminalParser``). Of the colours and styles
/// only the reverse is kept, which shows what is selected. What it does not know it swallows.
package struct Screen: Sendable {
  private var parser = TerminalParser()
  private var terminal: VirtualTerminal

  /// - Parameters:
  ///   - columns: 2 to 1000; what is outside is taken for the nearest of them.
  ///   - rows: 2 to 500, likewise.
  package init(columns: Int = 80, rows: Int = 24) {
    terminal = VirtualTerminal(columns: columns.clamped(to: 2...1000), rows: rows.clamped(to: 2...500))
  }

  /// Shows `bytes`, in any cuts.
  package mutating func receive(_ bytes: [UInt8]) { parser.parse(bytes, into: &terminal) }

  /// Gives it another size; the rows about the cursor stay.
  package mutating func resize(columns: Int, rows: Int) {
    terminal.resize(columns: columns.clamped(to: 2...1000), rows: rows.clamped(to: 2...500))
  }

  /// All rows from the top, without the blanks at their ends.
  package var rows: [String] { (0..<terminal.grid.rows).map { terminal.grid.text($0) } }

  /// The rows down to the last that is not blank, each with a line feed.
  package var text: String {
    let rows = rows
    let count = (rows.lastIndex { !$0.isEmpty } ?? -1) + 1
    return rows.prefix(count).map { $0 + "\n" }.joined()
  }

  package var cursor: (row: Int, column: Int) { (terminal.row, terminal.column) }

  /// The rows with text in reverse, such as the selected entry of a menu.
  package var highlighted: [Int] { (0..<terminal.grid.rows).filter { !terminal.grid.highlighted($0).isEmpty } }

  /// The text in reverse, of the first row that has any.
  package var selected: String? { highlighted.first.map { terminal.grid.highlighted($0) } }

  /// Whether what it shows was drawn by position, so that it is more than the end of a log.
  ///
  /// A getty that clears the screen for its prompt draws nothing: text has been put below the first row at least twice,
  /// and not so many lines have come since that it has gone.
  package var isDrawn: Bool { terminal.placements >= 2 && terminal.feedsSincePlacement < terminal.grid.rows }
}

extension Int {
  /// The nearest number of `range`.
  func clamped(to range: ClosedRange<Int>) -> Int { Swift.min(Swift.max(self, range.lowerBound), range.upperBound) }
}
