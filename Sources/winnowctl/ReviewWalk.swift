import WinnowControlAPI
import WinnowControlClient
import WinnowCore

/// What a key means while walking through review.
enum ReviewKey: Hashable, Sendable {
  /// The class at this position, from 0 on.
  case choose(Int)
  case accept
  /// Asks for a class by name.
  case name
  /// Leaves it in review for good.
  case skip
  /// Leaves it for another time.
  case later
  case undo
  case quit

  /// Nil for a key that means nothing.
  init?(_ key: UInt8) {
    switch key {
    case UInt8(ascii: "1")...UInt8(ascii: "9"): self = .choose(Int(key - UInt8(ascii: "1")))
    case UInt8(ascii: "a"), 0x0A, 0x0D: self = .accept
    case UInt8(ascii: "c"): self = .name
    case UInt8(ascii: "s"): self = .skip
    case UInt8(ascii: " "), UInt8(ascii: "n"): self = .later
    case UInt8(ascii: "u"): self = .undo
    // Ctrl-C, Ctrl-D, Ctrl-Z, Ctrl-\.
    case UInt8(ascii: "q"), 0x03, 0x04, 0x1A, 0x1C: self = .quit
    default: return nil
    }
  }
}

/// Shows the pictures in review one by one and does what the keys say.
struct ReviewWalk {
  private let client: ControlClient
  private let query: ReviewQuery
  private var placed = 0
  private var skipped = 0
  /// The pictures decided so far, with the runs that take them back.
  private var decided: [(index: Int, run: String?)] = []

  init(_ client: ControlClient, _ query: ReviewQuery) {
    self.client = client
    self.query = query
  }

  mutating func run() throws(WinnowError) {
    let terminal = try RawTerminal()
    var rows: [ReviewRow] = []
    try client.stream(.reviewList, query: query.query, of: ReviewRow.self) { (row) throws(WinnowError) in
      rows.append(row)
      return true
    }
    StandardOutput.write(
      rows.isEmpty
        ? "nothing is in review\n"
        : "1-5 class, a or Enter the first, c another class, s skip for good, n not now, u undo, q quit\n")
    var index = 0
    walk: while index < rows.count {
      show(rows[index], index, of: rows.count)
      switch Self.key(terminal, for: rows[index]) {
      case .quit: break walk
      case .later: index += 1
      case .undo:
        if let before = try takeBack() { index = before }
      case .skip:
        if try skip(rows[index]) { index += 1 }
      case .accept: if try place(rows[index], index, as: rows[index].top.first?.class) { index += 1 }
      case .choose(let number): if try place(rows[index], index, as: rows[index].top[number].class) { index += 1 }
      case .name:
        StandardOutput.write("class: ")
        guard let name = terminal.line() else { break walk }
        if try place(rows[index], index, as: name.isEmpty ? nil : name) { index += 1 }
      }
    }
    if !rows.isEmpty {
      StandardOutput.write("\(placed) placed, \(skipped) skipped, \(rows.count - placed - skipped) left in review\n")
    }
  }

  /// The first key that means something for this picture; the end of the input means to stop.
  private static func key(_ terminal: borrowing RawTerminal, for row: ReviewRow) -> ReviewKey {
    while let byte = terminal.key() {
      guard let key = ReviewKey(byte) else { continue }
      if case .choose(let number) = key, number >= row.top.count { continue }
      return key
    }
    return .quit
  }

  private func show(_ row: ReviewRow, _ index: Int, of count: Int) {
    var text = "\n\(index + 1)/\(count)  " + Terminal.paint(row.file.escaped, .strong) + "\n  "
    text += Terminal.paint(Terminal.safe(row.reason), .quiet) + "\n"
    for (number, score) in row.top.enumerated() {
      text += "  \(number + 1)  \(Terminal.safe(score.class))  \(Cell.percent(score.probability))\n"
    }
    StandardOutput.write(text)
  }

  private mutating func place(_ row: ReviewRow, _ index: Int, as label: String?) throws(WinnowError) -> Bool {
    guard let label else {
      StandardOutput.write("the model has no class for it; press c and type one\n")
      return false
    }
    let reply: ReviewReply
    do throws(WinnowError) {
      reply = try client.call(.reviewSet, body: .json(ReviewSetRequest(files: [row.file], class: label)))
    } catch {
      if error.code == .unreachable { throw error }
      StandardOutput.write(Terminal.safe(error.description) + "\n")
      return false
    }
    for refused in reply.refused { StandardOutput.write(Terminal.safe(refused.reason) + "\n") }
    guard let done = reply.placed.first else { return false }
    placed += 1
    decided.append((index, reply.run))
    StandardOutput.write("→ \(done.to.escaped)\n")
    return true
  }

  private mutating func skip(_ row: ReviewRow) throws(WinnowError) -> Bool {
    let reply: ReviewSkipReply = try client.call(.reviewSkip, body: .json(ReviewSkipRequest(files: [row.file])))
    for refused in reply.refused { StandardOutput.write(Terminal.safe(refused.reason) + "\n") }
    skipped += reply.skipped
    return reply.skipped > 0
  }

  /// - Returns: the picture that is in review again.
  private mutating func takeBack() throws(WinnowError) -> Int? {
    guard let (index, run) = decided.popLast(), let run else {
      StandardOutput.write("nothing was placed yet\n")
      return nil
    }
    let reply: UndoReply = try client.call(.undo, body: .json(UndoRequest(.run(run))))
    for refused in reply.refused { StandardOutput.write(Terminal.safe(refused.reason) + "\n") }
    placed -= reply.done
    return reply.done > 0 ? index : nil
  }
}
