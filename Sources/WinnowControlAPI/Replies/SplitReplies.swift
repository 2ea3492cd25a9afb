public import SystemPackage

/// What a split did: the result of its job. `manifest.json` in the output says it of every file.
public struct SplitReport: Hashable, Sendable {
  /// How the pictures of one class fell out.
  public struct ClassCounts: Hashable, Sendable {
    /// The class folder's name.
    public var label: FilePath
    /// Pictures in each part, by its name.
    public var parts: [String: Int]
    /// Groups of pictures that stay together, and the pictures of the largest.
    public var groups: Int
    public var largestGroup: Int

    public init(label: FilePath, parts: [String: Int], groups: Int, largestGroup: Int) {
      self.label = label
      self.parts = parts
      self.groups = groups
      self.largestGroup = largestGroup
    }
  }

  public var folder: FilePath
  public var output: FilePath
  /// As it was given: `6:2:2`.
  public var ratios: String
  public var seed: UInt64
  /// `copy`, `link` or `reflink`.
  public var placing: String
  /// Pictures in all parts.
  public var pictures: Int
  public var classes: [ClassCounts]
  /// Files that are in no part; the manifest names them and says why.
  public var leftOut: Int
  /// Sentences for people: a class that is missing in a part, a picture in two classes.
  public var warnings: [String]

  public init(
    folder: FilePath, output: FilePath, ratios: String, seed: UInt64, placing: String, pictures: Int,
    classes: [ClassCounts], leftOut: Int, warnings: [String]
  ) {
    self.folder = folder
    self.output = output
    self.ratios = ratios
    self.seed = seed
    self.placing = placing
    self.pictures = pictures
    self.classes = classes
    self.leftOut = leftOut
    self.warnings = warnings
  }
}

/// What looks the same, or is the same, in two parts of a split.
public struct SplitCheckReport: Hashable, Sendable {
  public struct Leak: Hashable, Sendable {
    public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
      /// The same bytes.
      case exactDuplicate = "exact_duplicate"
      /// It looks the same.
      case nearDuplicate = "near_duplicate"
      /// Taken by the same camera within seconds.
      case burst
    }
    public var kind: Kind
    /// Relative to the folder.
    public var first: FilePath
    public var second: FilePath
    /// The part of each: `["train", "test"]`.
    public var parts: [String]

    public init(kind: Kind, first: FilePath, second: FilePath, parts: [String]) {
      self.kind = kind
      self.first = first
      self.second = second
      self.parts = parts
    }
  }

  public var folder: FilePath
  /// Pictures that were compared.
  public var pictures: Int
  /// By part.
  public var parts: [String: Int]
  public var leaks: [Leak]
  /// How many leaks there are; more than are listed where there are very many.
  public var leakCount: Int
  /// Files that could not be read, which nothing is known of.
  public var unreadable: [FileReason]

  public init(
    folder: FilePath, pictures: Int, parts: [String: Int], leaks: [Leak], leakCount: Int, unreadable: [FileReason]
  ) {
    self.folder = folder
    self.pictures = pictures
    self.parts = parts
    self.leaks = leaks
    self.leakCount = leakCount
    self.unreadable = unreadable
  }
}

extension SplitReport.ClassCounts: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    label = try fields.decode(pathForKey: "class")
    parts = try fields.decode([String: Int].self, forKey: "parts")
    groups = try fields.decode(Int.self, forKey: "groups")
    largestGroup = try fields.decode(Int.self, forKey: "largest_group")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: label, forKey: "class")
    try fields.encode(parts, forKey: "parts")
    try fields.encode(groups, forKey: "groups")
    try fields.encode(largestGroup, forKey: "largest_group")
  }
}

extension SplitReport: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    output = try fields.decode(pathForKey: "output")
    ratios = try fields.decode(String.self, forKey: "ratios")
    seed = try fields.decode(UInt64.self, forKey: "seed")
    placing = try fields.decode(String.self, forKey: "placing")
    pictures = try fields.decode(Int.self, forKey: "pictures")
    classes = try fields.decode([ClassCounts].self, forKey: "classes")
    leftOut = try fields.decode(Int.self, forKey: "left_out")
    warnings = try fields.decode([String].self, forKey: "warnings")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encode(path: output, forKey: "output")
    try fields.encode(ratios, forKey: "ratios")
    try fields.encode(seed, forKey: "seed")
    try fields.encode(placing, forKey: "placing")
    try fields.encode(pictures, forKey: "pictures")
    try fields.encode(classes, forKey: "classes")
    try fields.encode(leftOut, forKey: "left_out")
    try fields.encode(warnings, forKey: "warnings")
  }
}

extension SplitCheckReport.Leak: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    kind = try fields.decode(Kind.self, forKey: "kind")
    first = try fields.decode(pathForKey: "first")
    second = try fields.decode(pathForKey: "second")
    parts = try fields.decode([String].self, forKey: "parts")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(kind, forKey: "kind")
    try fields.encode(path: first, forKey: "first")
    try fields.encode(path: second, forKey: "second")
    try fields.encode(parts, forKey: "parts")
  }
}

extension SplitCheckReport: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    pictures = try fields.decode(Int.self, forKey: "pictures")
    parts = try fields.decode([String: Int].self, forKey: "parts")
    leaks = try fields.decode([Leak].self, forKey: "leaks")
    leakCount = try fields.decode(Int.self, forKey: "leak_count")
    unreadable = try fields.decode([FileReason].self, forKey: "unreadable")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encode(pictures, forKey: "pictures")
    try fields.encode(parts, forKey: "parts")
    try fields.encode(leaks, forKey: "leaks")
    try fields.encode(leakCount, forKey: "leak_count")
    try fields.encode(unreadable, forKey: "unreadable")
  }
}
