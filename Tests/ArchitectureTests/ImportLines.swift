import Foundation

/// What the sources of a target import.
enum ImportLines {
  /// Modules of the tool chain, which need no arrow.
  static let toolchain: Set<String> = [
    "Swift", "Glibc", "Dispatch", "Synchronization", "Foundation", "FoundationEssentials", "FoundationXML", "Testing",
  ]

  /// The modules that `target` imports, but for the tool chain's.
  static func modules(ofTarget target: String, in folder: String = "Sources") throws -> Set<String> {
    var found: Set<String> = []
    for file in try Repository.files(below: "\(folder)/\(target)", endings: ["swift"]) {
      found.formUnion(modules(inText: try Repository.text(file)))
    }
    return found.subtracting(toolchain)
  }

  static func modules(inText text: String) -> Set<String> {
    let line =
      /(?m)^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
    return Set(text.matches(of: line).map { String($0.1) })
  }
}
