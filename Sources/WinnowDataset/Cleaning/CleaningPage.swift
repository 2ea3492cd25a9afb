import FoundationEssentials
import SystemPackage
import WinnowCore
import WinnowDrawing

/// `report.html`: what was left out and why, with thumbnails, where a person decides otherwise and takes the decisions
/// away as a file. It loads nothing from anywhere, and no name of a file is ever taken for markup.
struct CleaningPage {
  /// More thumbnails would make the page too large to open; the others are told of in `report.json`.
  static let mostPictures = 2_000
  /// Of the kept pictures so many are shown, so that they can be decided against too.
  static let mostKept = 200
  private static let thumbnailSide = 128

  let folder: DatasetFolder
  let looker: any PictureLooking

  /// The page in pieces.
  func chunks(_ report: CleanReport) throws(WinnowError) -> [[UInt8]] {
    let leftOut = report.leftOut.prefix(Self.mostPictures / 2)
    let doubts = report.doubts.prefix(Self.mostKept)
    let doubted = Set(doubts.map(\.file))
    let kept = report.kept.lazy.filter { !doubted.contains($0.file) }.prefix(Self.mostKept)
    var files: [FilePath] = []
    var seen: Set<FilePath> = []
    for file in leftOut.map(\.file) + leftOut.compactMap(\.of) + doubts.map(\.file) + kept.map(\.file)
    where files.count < Self.mostPictures && seen.insert(file).inserted {
      files.append(file)
    }
    let thumbnails = try thumbnails(of: files)
    var chunks = [Array(Self.head(report, shown: leftOut.count).utf8)]
    for entry in leftOut {
      var text = Self.picture(thumbnails[entry.file], of: entry.file)
      if let other = entry.of { text += Self.picture(thumbnails[other], of: other) }
      var words = "<b>\(Self.reasonText(entry.reason))</b>"
      if let detail = entry.detail { words += " \(MarkupText.escaped(detail))" }
      if let other = entry.of { words += " of \(MarkupText.escaped(other.escaped))" }
      chunks.append(Array(Self.item(entry.file, text, words, isKept: false).utf8))
    }
    if !doubts.isEmpty {
      let words = "<p>The first \(doubts.count) of \(report.doubts.count), kept unless you decide otherwise.</p>"
      chunks.append(Array("</ul><h2>Labels in doubt</h2>\(words)<ul>".utf8))
      for entry in doubts {
        let picture = Self.picture(thumbnails[entry.file], of: entry.file)
        chunks.append(Array(Self.item(entry.file, picture, MarkupText.escaped(entry.detail ?? ""), isKept: true).utf8))
      }
    }
    chunks.append(Array("</ul><h2>Kept</h2><p>The first \(kept.count) of \(report.kept.count).</p><ul>".utf8))
    for entry in kept {
      let picture = Self.picture(thumbnails[entry.file], of: entry.file)
      chunks.append(Array(Self.item(entry.file, picture, MarkupText.escaped(entry.to.escaped), isKept: true).utf8))
    }
    chunks.append(Array(Self.tail.utf8))
    return chunks
  }

  private func thumbnails(of files: [FilePath]) throws(WinnowError) -> [FilePath: String] {
    var thumbnails: [FilePath: String] = [:]
    let subjects = files.lazy.map { file in
      LookSubject(name: file.escaped) { () throws(WinnowError) in
        try folder.open(DatasetFile(label: nil, path: file, size: 0, modified: Timestamp(nanoseconds: 0)))
      }
    }
    try looker.look(at: subjects, LookWishes(thumbnailSide: Self.thumbnailSide)) { number, outcome in
      guard case .looked(let look, _) = outcome, !look.thumbnail.isEmpty else { return }
      thumbnails[files[number]] = Data(look.thumbnail).base64EncodedString()
    }
    return thumbnails
  }

  // MARK: - Markup

  private static func item(_ file: FilePath, _ pictures: String, _ words: String, isKept: Bool) -> String {
    // The name as bytes, so that the decisions name exactly this file.
    let name = Data(file.bytes).base64EncodedString()
    let text = MarkupText.escaped(file.escaped)
    return """
      <li data-file="\(name)" data-kept="\(isKept)"><div>\(pictures)</div><p>\(text)</p><p>\(words)</p>\
      <label><input type="checkbox"\(isKept ? " checked" : "")> keep <span class="of">\(text)</span></label></li>

      """
  }

  private static func picture(_ thumbnail: String?, of file: FilePath) -> String {
    guard let thumbnail else { return "<span class=\"none\">no picture</span>" }
    return
      "<img loading=\"lazy\" alt=\"\(MarkupText.escaped(file.escaped))\" src=\"data:image/jpeg;base64,\(thumbnail)\">"
  }

  private static func reasonText(_ reason: LeaveReason) -> String {
    switch reason {
    case .unreadable: "unreadable"
    case .exactDuplicate: "exact duplicate"
    case .nearDuplicate: "near duplicate"
    case .blank: "blank"
    case .tiny: "tiny"
    case .dark: "very dark"
    case .light: "very light"
    case .blurred: "blurred"
    case .oddShape: "odd shape"
    case .labelDoubt: "label in doubt"
    case .noClass: "in no class folder"
    case .decided: "decided against"
    }
  }

  private static func head(_ report: CleanReport, shown: Int) -> String {
    let counts = report.leftOutCounts.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "<tr><th scope=\"row\">\(reasonText($0.key))</th><td>\($0.value)</td></tr>" }.joined()
    let warnings = report.warnings.map { "<li>\(MarkupText.escaped($0))</li>" }.joined()
    let rest = report.leftOut.count - shown
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <title>Cleaned: \(MarkupText.escaped(report.folder))</title><style>\(style)</style></head><body>
      <h1>\(MarkupText.escaped(report.folder))</h1>
      <p>\(report.kept.count) pictures kept, \(report.convertedCount) of them made into JPEGs; \
      \(report.leftOut.count) left out.</p>
      <table>\(counts)</table><ul class="plain">\(warnings)</ul>
      <p class="bar"><button id="save">Download decisions.json</button> <span id="count" role="status">no decisions \
      yet</span>. Arrow keys go from picture to picture, the space bar changes a decision.</p>
      <h2>Left out</h2>\(rest > 0 ? "<p>The first \(shown); report.json has the other \(rest).</p>" : "")<ul>

      """
  }

  private static let style = """
    :root{color-scheme:light dark}body{font:16px/1.4 system-ui,sans-serif;margin:1rem auto;max-width:80rem;padding:0 1rem}
    ul{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.75rem}
    ul.plain{display:block}li[data-file]{border:1px solid GrayText;border-radius:.4rem;padding:.5rem;overflow-wrap:anywhere}
    li.changed{outline:3px solid Highlight}li p{margin:.25rem 0;font-size:.85rem}img{max-height:128px;margin-right:.4rem}
    th{text-align:left;font-weight:normal;padding-right:1rem}td{text-align:right}.none{font-style:italic}
    .bar{position:sticky;top:0;background:Canvas;padding:.5rem 0}
    .of{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    input:focus-visible,button:focus-visible{outline:3px solid Highlight;outline-offset:2px}
    """

  private static let tail = """
    </ul><script>
    "use strict";
    const items=[...document.querySelectorAll("li[data-file]")],boxes=items.map(i=>i.querySelector("input"));
    const changed=i=>(i.dataset.kept==="true")!==i.querySelector("input").checked;
    function show(){let n=0;for(const i of items){const c=changed(i);i.classList.toggle("changed",c);n+=c}
    document.getElementById("count").textContent=n+(n===1?" decision":" decisions")}
    for(const b of boxes)b.addEventListener("change",show);
    document.addEventListener("keydown",e=>{const at=boxes.indexOf(document.activeElement);if(at<0)return;
    const step={ArrowRight:1,ArrowDown:1,ArrowLeft:-1,ArrowUp:-1}[e.key];if(!step)return;
    const next=boxes[at+step];if(next){e.preventDefault();next.focus()}});
    document.getElementById("save").addEventListener("click",()=>{
    const decisions=items.filter(changed).map(i=>({file_base64:i.dataset.file,keep:i.querySelector("input").checked}));
    const blob=new Blob([JSON.stringify({schema:1,decisions},null,1)+"\\n"],{type:"application/json"});
    const a=document.createElement("a");a.href=URL.createObjectURL(blob);a.download="decisions.json";a.click();
    URL.revokeObjectURL(a.href)});show();
    </script></body></html>

    """
}
