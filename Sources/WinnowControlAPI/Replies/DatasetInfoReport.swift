public import SystemPackage

/// What a folder of pictures is like: the result of `dataset info`.
public struct DatasetInfoReport: Hashable, Sendable {
  public struct ClassEntry: Hashable, Sendable {
    public var label: FilePath
    public var pictures: Int
    public var bytes: Int64
    /// Pictures in each part, by its name; empty unless the folder holds parts.
    public var parts: [String: Int]

    public init(label: FilePath, pictures: Int = 0, bytes: Int64 = 0, parts: [String: Int] = [:]) {
      self.label = label
      self.pictures = pictures
      self.bytes = bytes
      self.parts = parts
    }
  }

  /// How unlike in size the classes are.
  public struct Imbalance: Codable, Hashable, Sendable {
    /// Pictures of the largest class and of the smallest that has any.
    public var largest: Int
    public var smallest: Int
    /// The first divided by the second.
    public var ratio: Double
    /// As many classes of equal size would be as uneven: the exponential of the entropy of the shares.
    public var effectiveClasses: Double

    enum CodingKeys: String, CodingKey {
      case largest, smallest, ratio
      case effectiveClasses = "effective_classes"
    }

    public init(largest: Int, smallest: Int, ratio: Double, effectiveClasses: Double) {
      self.largest = largest
      self.smallest = smallest
      self.ratio = ratio
      self.effectiveClasses = effectiveClasses
    }
  }

  /// Sides of the pictures in pixels, the shorter one of each.
  public struct Sides: Codable, Hashable, Sendable {
    public var smallest: Int
    public var median: Int
    public var largest: Int

    public init(smallest: Int, median: Int, largest: Int) {
      self.smallest = smallest
      self.median = median
      self.largest = largest
    }
  }

  public struct Problem: Hashable, Sendable {
    /// `truncated`, `not_a_picture` and what else the worker refuses; `unreadable`, `irregular`, `no_class`, `tiny`,
    /// `exact_duplicate`, `near_duplicate`, `two_classes`, `empty_class`.
    public var kind: String
    /// Relative to the folder.
    public var file: FilePath
    /// The other picture, where it is about two.
    public var of: FilePath?
    /// In words.
    public var detail: String

    public init(kind: String, file: FilePath, of: FilePath? = nil, detail: String) {
      self.kind = kind
      self.file = file
      self.of = of
      self.detail = detail
    }
  }

  public var folder: FilePath
  /// `one_class`, `classes` or `parts`.
  public var layout: String
  public var pictures: Int
  /// Of the pictures.
  public var bytes: Int64
  public var classes: [ClassEntry]
  /// Pictures of each format, and of each kind of colour.
  public var formats: [String: Int]
  public var colours: [String: Int]
  /// Pictures of each licence, for those whose provenance is known; absent where none is. `unknown` are those whose
  /// provenance names none.
  public var licences: [String: Int]?
  /// Absent without pictures.
  public var sides: Sides?
  public var imbalance: Imbalance?
  /// The first thousand; `problemCounts` counts all.
  public var problems: [Problem]
  public var problemCounts: [String: Int]
  /// Absent unless the folder holds parts.
  public var leaks: [SplitCheckReport.Leak]?
  public var leakCount: Int?
  /// The page that was written.
  public var page: FilePath?

  public init(
    folder: FilePath, layout: String, pictures: Int = 0, bytes: Int64 = 0, classes: [ClassEntry] = [],
    formats: [String: Int] = [:], colours: [String: Int] = [:], licences: [String: Int]? = nil, sides: Sides? = nil,
    imbalance: Imbalance? = nil,
    problems: [Problem] = [], problemCounts: [String: Int] = [:], leaks: [SplitCheckReport.Leak]? = nil,
    leakCount: Int? = nil, page: FilePath? = nil
  ) {
    self.folder = folder
    self.layout = layout
    self.pictures = pictures
    self.bytes = bytes
    self.classes = classes
    self.formats = formats
    self.colours = colours
    self.licences = licences
    self.sides = sides
    self.imbalance = imbalance
    self.problems = problems
    self.problemCounts = problemCounts
    self.leaks = leaks
    self.leakCount = leakCount
    self.page = page
  }
}

extension DatasetInfoReport.ClassEntry: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    label = try fields.decode(pathForKey: "class")
    pictures = try fields.decode(Int.self, forKey: "pictures")
    bytes = try fields.decode(Int64.self, forKey: "bytes")
    parts = try fields.decodeIfPresent([String: Int].self, forKey: "parts") ?? [:]
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: label, forKey: "class")
    try fields.encode(pictures, forKey: "pictures")
    try fields.encode(bytes, forKey: "bytes")
    if !parts.isEmpty { try fields.encode(parts, forKey: "parts") }
  }
}

extension DatasetInfoReport.Problem: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    kind = try fields.decode(String.self, forKey: "kind")
    file = try fields.decode(pathForKey: "file")
    of = try fields.decodeIfPresent(pathForKey: "of")
    detail = try fields.decode(String.self, forKey: "detail")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(kind, forKey: "kind")
    try fields.encode(path: file, forKey: "file")
    try fields.encodeIfPresent(path: of, forKey: "of")
    try fields.encode(detail, forKey: "detail")
  }
}

extension DatasetInfoReport: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decode(pathForKey: "folder")
    layout = try fields.decode(String.self, forKey: "layout")
    pictures = try fields.decode(Int.self, forKey: "pictures")
    bytes = try fields.decode(Int64.self, forKey: "bytes")
    classes = try fields.decode([ClassEntry].self, forKey: "classes")
    formats = try fields.decode([String: Int].self, forKey: "formats")
    colours = try fields.decode([String: Int].self, forKey: "colours")
    licences = try fields.decodeIfPresent([String: Int].self, forKey: "licences")
    sides = try fields.decodeIfPresent(Sides.self, forKey: "sides")
    imbalance = try fields.decodeIfPresent(Imbalance.self, forKey: "imbalance")
    problems = try fields.decode([Problem].self, forKey: "problems")
    problemCounts = try fields.decode([String: Int].self, forKey: "problem_counts")
    leaks = try fields.decodeIfPresent([SplitCheckReport.Leak].self, forKey: "leaks")
    leakCount = try fields.decodeIfPresent(Int.self, forKey: "leak_count")
    page = try fields.decodeIfPresent(pathForKey: "page")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encode(layout, forKey: "layout")
    try fields.encode(pictures, forKey: "pictures")
    try fields.encode(bytes, forKey: "bytes")
    try fields.encode(classes, forKey: "classes")
    try fields.encode(formats, forKey: "formats")
    try fields.encode(colours, forKey: "colours")
    try fields.encodeIfPresent(licences, forKey: "licences")
    try fields.encodeIfPresent(sides, forKey: "sides")
    try fields.encodeIfPresent(imbalance, forKey: "imbalance")
    try fields.encode(problems, forKey: "problems")
    try fields.encode(problemCounts, forKey: "problem_counts")
    try fields.encodeIfPresent(leaks, forKey: "leaks")
    try fields.encodeIfPresent(leakCount, forKey: "leak_count")
    try fields.encodeIfPresent(path: page, forKey: "page")
  }
}
