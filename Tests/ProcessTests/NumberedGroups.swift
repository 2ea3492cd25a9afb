/// What lies below a folder of files named `12.NEF.xmp`, by their numbers.
struct NumberedGroups {
  private(set) var endings: [Int: Set<String>] = [:]
  private(set) var folders: [Int: Set<String>] = [:]

  init(under root: String) {
    for path in Tree(root).files.keys {
      let name = path.split(separator: "/").last ?? ""
      guard let dot = name.firstIndex(of: "."), let number = Int(name[..<dot]) else { continue }
      endings[number, default: []].insert(String(name[name.index(after: dot)...]))
      folders[number, default: []].insert(String(path.dropLast(name.count)))
    }
  }
}
