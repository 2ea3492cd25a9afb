import WinnowControlAPI
import WinnowCore

/// Rows that people are shown of a long list; JSON has all of it.
private let mostRows = 20

private let partNames = ["train", "val", "test"]

extension View {
  /// The first rows of a table, and how many more there are.
  fileprivate mutating func shortTable(_ columns: [String], _ rows: [[Cell]], of count: Int? = nil) {
    table(columns, Array(rows.prefix(mostRows)))
    let more = (count ?? rows.count) - min(rows.count, mostRows)
    if more > 0 { line("and \(more) more; --json has them", .quiet) }
  }
}

extension SplitReport: Viewable {
  func describe(in view: inout View) {
    view.pairs([
      ("output", Cell(output)), ("pictures", Cell(String(pictures))), ("left out", Cell(String(leftOut))),
      ("ratios", Cell(ratios)), ("seed", Cell(String(seed))), ("placed by", Cell(placing)),
    ])
    let parts = partNames.filter { part in classes.contains { $0.parts[part] != nil } }
    view.table(
      ["CLASS"] + parts.map { $0.uppercased() } + ["GROUPS", "LARGEST"],
      classes.map { counts in
        [Cell(counts.label)] + parts.map { Cell(counts.parts[$0] ?? 0) } + [
          Cell(counts.groups), Cell(counts.largestGroup),
        ]
      })
    for warning in warnings { view.line(warning, .warning) }
  }
}

extension SplitCheckReport: Viewable {
  func describe(in view: inout View) {
    view.line(
      leakCount == 0
        ? "no leaks among \(pictures) pictures" : "\(leakCount) leaks among \(pictures) pictures",
      leakCount == 0 ? .good : .bad)
    view.shortTable(["KIND", "PARTS", "PICTURE", "AND PICTURE"], leaks.map(\.cells), of: leakCount)
    if !unreadable.isEmpty { view.line("\(unreadable.count) files could not be read", .warning) }
    view.shortTable(["FILE", "WHY"], unreadable.map { [Cell($0.file), Cell($0.reason)] })
  }
}

extension SplitCheckReport.Leak {
  fileprivate var cells: [Cell] {
    [Cell(kind.rawValue), Cell(parts.joined(separator: ", ")), Cell(first), Cell(second)]
  }
}

extension DatasetInfoReport: Viewable {
  func describe(in view: inout View) {
    func list(_ counts: [String: Int]) -> Cell {
      Cell(
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
          .joined(separator: ", "))
    }
    var pairs: [(String, Cell)] = [
      ("folder", Cell(folder)), ("pictures", Cell(String(pictures))), ("bytes", Cell(String(bytes))),
      ("classes", Cell(String(classes.count))), ("formats", list(formats)), ("colours", list(colours)),
    ]
    if let licences { pairs.append(("licences", list(licences))) }
    if let sides {
      pairs.append(("shorter side", Cell("\(sides.smallest) to \(sides.largest), median \(sides.median)")))
    }
    if let imbalance {
      let classes = (imbalance.effectiveClasses * 10).rounded() / 10
      pairs.append(
        (
          "balance",
          Cell("largest \(imbalance.largest), smallest \(imbalance.smallest), as even as \(classes) equal classes")
        ))
    }
    if let page { pairs.append(("page", Cell(page))) }
    view.pairs(pairs)
    let parts = partNames.filter { part in classes.contains { $0.parts[part] != nil } }
    view.table(
      ["CLASS", "PICTURES"] + parts.map { $0.uppercased() },
      classes.map { entry in
        [Cell(entry.label), Cell(entry.pictures)] + parts.map { Cell(entry.parts[$0] ?? 0) }
      })
    if let leakCount {
      view.line(leakCount == 0 ? "no leaks between parts" : "\(leakCount) leaks", leakCount == 0 ? .good : .bad)
      view.shortTable(["KIND", "PARTS", "PICTURE", "AND PICTURE"], (leaks ?? []).map(\.cells), of: leakCount)
    }
    let count = problemCounts.values.reduce(0, +)
    view.line(count == 0 ? "no problems" : "\(count) problems", count == 0 ? .good : .warning)
    view.table(
      ["PROBLEM", "COUNT"], problemCounts.sorted { $0.key < $1.key }.map { [Cell($0.key), Cell($0.value)] })
    view.shortTable(
      ["PROBLEM", "FILE", "WHAT"], problems.map { [Cell($0.kind), Cell($0.file), Cell($0.detail)] }, of: count)
  }
}

extension DatasetResult: Viewable {
  /// Single values first, then counts, then lists.
  func describe(in view: inout View) {
    let ordered = fields.sorted { $0.key < $1.key }.filter { !$0.key.hasSuffix("_base64") && $0.key != "schema" }
    view.pairs(
      ordered.compactMap { name, value in
        switch value {
        case .array, .object: nil
        default: (Self.words(name), Cell("\(value)"))
        }
      })
    for (name, value) in ordered {
      switch value {
      case .object(let inner):
        view.line(Self.words(name), .strong)
        view.pairs(inner.sorted { $0.key < $1.key }.map { (Self.words($0.key), Cell("\($0.value)")) })
      case .array(let rows) where !rows.isEmpty:
        view.line("\(Self.words(name)): \(rows.count)", .strong)
        Self.list(rows, in: &view)
      default: break
      }
    }
  }

  private static func list(_ rows: [JSONValue], in view: inout View) {
    let names = Set(
      rows.prefix(mostRows).flatMap { row -> [String] in
        if case .object(let fields) = row { Array(fields.keys) } else { [] }
      }
    ).filter { !$0.hasSuffix("_base64") }.sorted()
    guard !names.isEmpty else { return view.shortTable(["VALUE"], rows.map { [Cell("\($0)")] }) }
    view.shortTable(
      names.map { words($0).uppercased() },
      rows.map { row in names.map { name in Cell(row[name].map { "\($0)" } ?? "") } })
  }

  private static func words(_ name: String) -> String { name.replacing("_", with: " ") }
}
