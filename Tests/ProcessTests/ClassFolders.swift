/// Folders of pictures to learn from.
enum ClassFolders {
  /// Pictures of two colours that the demonstration model calls by one name each, and of one that it knows nothing of,
  /// with a name that is not ASCII.
  static func fill(_ folder: String, pictures: Int) throws {
    try Files.makeFolder(folder)
    for (colour, label) in [(Picture.Colour.red, "warm"), (.blue, "蓝 cold"), (.green, "leafy")] {
      try Files.makeFolder("\(folder)/\(label)")
      for number in 0..<pictures {
        try Files.write(Picture.shades(of: colour, number), to: "\(folder)/\(label)/\(number).png")
      }
    }
  }
}
