import FoundationEssentials
import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowDrawing
import WinnowFiles

/// The page of `dataset info`: figures, problems, and some pictures of each class. One file that needs no other and
/// loads nothing.
struct ContactSheet {
  /// Longer side of the pictures on it, in pixels.
  static let side = 144
  /// Pictures of a class, and on the whole page; problems that are listed.
  private static let mostOfClass = 24
  private static let most = 2000
  private static let mostProblems = 500

  private struct Shown {
    var file: DatasetFile
    var thumbnail: [UInt8]
  }

  private let folder: DatasetFolder
  /// Which files are shown: evenly spread over each class.
  private var chosen: Set<Int> = []
  private var shown: [FilePath: [Shown]] = [:]

  init(_ folder: DatasetFolder) {
    self.folder = folder
    var byClass: [[UInt8]: [Int]] = [:]
    for (index, file) in folder.files.enumerated() { byClass[file.label ?? [], default: []].append(index) }
    let each = min(Self.mostOfClass, max(1, Self.most / max(1, byClass.count)))
    for indices in byClass.values {
      let count = min(each, indices.count)
      for number in 0..<count { chosen.insert(indices[number * indices.count / count]) }
    }
  }

  mutating func add(_ index: Int, _ thumbnail: [UInt8]) {
    guard chosen.contains(index), !thumbnail.isEmpty else { return }
    let file = folder.files[index]
    shown[FilePath(bytes: file.label ?? []), default: []].append(Shown(file: file, thumbnail: thumbnail))
  }

  func write(_ info: DatasetInfoReport, to page: FilePath) throws(WinnowError) {
    let fileSystem = LinuxFileSystem()
    let folder = try attempt(page.escaped) { () throws(SystemFault) in
      try Root(opening: page.removingLastComponent(), on: fileSystem)
    }
    guard let last = page.lastComponent else { throw SystemFault("create", errno: EISDIR).about(page.escaped) }
    try fileSystem.writeWhole(
      FilePath(root: nil, components: last), below: folder, replacing: true, pieces: [Array(html(info).utf8)])
  }

  // MARK: - HTML

  func html(_ info: DatasetInfoReport) -> String {
    var page = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <title>\(MarkupText.escaped(info.folder.escaped))</title><style>\(Self.style)</style></head><body>
      <h1>\(MarkupText.escaped(info.folder.escaped))</h1>
      <p>\(info.pictures) pictures, \(info.bytes) bytes, \(info.classes.count) classes</p>

      """
    page += table(["figure", "value"], figures(info))
    page += "<h2>Classes</h2>\n" + classTable(info)
    if let leaks = info.leaks, let count = info.leakCount {
      page += "<h2>Leaks between parts: \(count)</h2>\n"
      page += table(
        ["kind", "picture", "and picture", "parts"],
        leaks.prefix(Self.mostProblems).map {
          [$0.kind.rawValue, $0.first.escaped, $0.second.escaped, $0.parts.joined(separator: ", ")]
        })
    }
    let problems = info.problemCounts.values.reduce(0, +)
    page += "<h2>Problems: \(problems)</h2>\n"
    page += table(
      ["kind", "file", "what"],
      info.problems.prefix(Self.mostProblems).map { [$0.kind, $0.file.escaped, $0.detail] })
    for (label, pictures) in shown.sorted(by: { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }) {
      page += "<h2>\(label.isEmpty ? "Pictures" : MarkupText.escaped(label.escaped))</h2>\n<div class=\"sheet\">\n"
      for picture in pictures {
        let name = MarkupText.escaped(picture.file.path.escaped)
        page += "<img loading=\"lazy\" alt=\"\(name)\" title=\"\(name)\" src=\"data:image/jpeg;base64,"
        page += Data(picture.thumbnail).base64EncodedString() + "\">\n"
      }
      page += "</div>\n"
    }
    return page + "</body></html>\n"
  }

  private func figures(_ info: DatasetInfoReport) -> [[String]] {
    func list(_ counts: [String: Int]) -> String {
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
    var rows = [["formats", list(info.formats)], ["colours", list(info.colours)]]
    if let sides = info.sides {
      rows.append([
        "shorter side", "\(sides.smallest) to \(sides.largest) pixels, half of them \(sides.median) or more",
      ])
    }
    if let imbalance = info.imbalance {
      rows.append(["largest and smallest class", "\(imbalance.largest) and \(imbalance.smallest)"])
    }
    if let licences = info.licences { rows.append(["licences", list(licences)]) }
    rows.append(["problems", list(info.problemCounts)])
    return rows
  }

  private func classTable(_ info: DatasetInfoReport) -> String {
    let parts = DatasetPart.allCases.map(\.rawValue).filter { part in info.classes.contains { $0.parts[part] != nil } }
    return table(
      ["class", "pictures", "bytes"] + parts,
      info.classes.map { entry in
        [entry.label.escaped, "\(entry.pictures)", "\(entry.bytes)"] + parts.map { "\(entry.parts[$0] ?? 0)" }
      })
  }

  private func table(_ columns: [String], _ rows: [[String]]) -> String {
    guard !rows.isEmpty else { return "<p>none</p>\n" }
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\(MarkupText.escaped($0))</\(tag)>" }.joined() + "</tr>\n"
    }
    return "<table>\n" + row(columns, "th") + rows.map { row($0, "td") }.joined() + "</table>\n"
  }

  private static let style = """
    :root{color-scheme:light dark}body{font:16px/1.4 system-ui,sans-serif;margin:2rem;max-width:80rem}\
    table{border-collapse:collapse}th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884}\
    .sheet{display:flex;flex-wrap:wrap;gap:.4rem}img{max-width:144px;max-height:144px}
    """
}
