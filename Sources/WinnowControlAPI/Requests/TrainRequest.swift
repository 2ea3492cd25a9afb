public import SystemPackage

/// A model to be trained.
public struct TrainRequest: Hashable, Sendable {
  /// The folder of pictures, a folder a class; absolute. Nil where an inbox alone is learnt from.
  public var folder: FilePath?
  /// The inbox whose confirmed and corrected pictures are learnt from as well.
  public var inbox: String?
  /// Name of the model to be made, or to be given another version.
  public var name: String
  /// `auto`, `head` or `finetune`.
  public var method: String
  /// `NAME` or `NAME@VERSION` of the model whose network looks at the pictures; nil: the newest version of `name`,
  /// or the only model there is.
  public var backbone: String?
  /// The architecture of the backbone, where none is named: the newest model of it.
  public var architecture: String?
  public var seed: Int
  /// Share of the pictures that is kept back to test with, 0 to 0.5; nil: 0.15.
  public var testShare: Double?
  /// `if-better` or `if-not-worse`: when the new version is to go live by itself. Nil: only as the first of its name.
  public var promote: String?
  /// Of a fine-tuning, where it is to be other than usual for so many pictures: how often each picture is seen, pictures
  /// a step, side of the pictures in pixels, and the largest learning rate.
  public var epochs: Int?
  public var batch: Int?
  public var side: Int?
  public var rate: Double?
  /// `auto`, `fp32` or `bf16`, and how many threads compute; measured where nobody says.
  public var precision: String?
  public var threads: Int?

  public init(
    folder: FilePath?, inbox: String? = nil, name: String, method: String = "auto", backbone: String? = nil,
    architecture: String? = nil,
    seed: Int = 0,
    testShare: Double? = nil, promote: String? = nil
  ) {
    self.folder = folder
    self.inbox = inbox
    self.name = name
    self.method = method
    self.backbone = backbone
    self.architecture = architecture
    self.seed = seed
    self.testShare = testShare
    self.promote = promote
  }
}

extension TrainRequest: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    folder = try fields.decodeIfPresent(pathForKey: "folder")
    inbox = try fields.decodeIfPresent(String.self, forKey: "inbox")
    name = try fields.decode(String.self, forKey: "name")
    method = try fields.decodeIfPresent(String.self, forKey: "method") ?? "auto"
    backbone = try fields.decodeIfPresent(String.self, forKey: "backbone")
    architecture = try fields.decodeIfPresent(String.self, forKey: "architecture")
    seed = try fields.decodeIfPresent(Int.self, forKey: "seed") ?? 0
    testShare = try fields.decodeIfPresent(Double.self, forKey: "test_share")
    promote = try fields.decodeIfPresent(String.self, forKey: "promote")
    epochs = try fields.decodeIfPresent(Int.self, forKey: "epochs")
    batch = try fields.decodeIfPresent(Int.self, forKey: "batch")
    side = try fields.decodeIfPresent(Int.self, forKey: "side")
    rate = try fields.decodeIfPresent(Double.self, forKey: "rate")
    precision = try fields.decodeIfPresent(String.self, forKey: "precision")
    threads = try fields.decodeIfPresent(Int.self, forKey: "threads")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encodeIfPresent(path: folder, forKey: "folder")
    try fields.encodeIfPresent(inbox, forKey: "inbox")
    try fields.encode(name, forKey: "name")
    try fields.encode(method, forKey: "method")
    try fields.encodeIfPresent(backbone, forKey: "backbone")
    try fields.encodeIfPresent(architecture, forKey: "architecture")
    try fields.encode(seed, forKey: "seed")
    try fields.encodeIfPresent(testShare, forKey: "test_share")
    try fields.encodeIfPresent(promote, forKey: "promote")
    try fields.encodeIfPresent(epochs, forKey: "epochs")
    try fields.encodeIfPresent(batch, forKey: "batch")
    try fields.encodeIfPresent(side, forKey: "side")
    try fields.encodeIfPresent(rate, forKey: "rate")
    try fields.encodeIfPresent(precision, forKey: "precision")
    try fields.encodeIfPresent(threads, forKey: "threads")
  }
}

/// A picture to which a person gave a class, where it lies now.
public struct SortedPicture: Hashable, Sendable {
  /// Absolute.
  public var root: FilePath
  /// Relative to `root`.
  public var path: FilePath
  public var label: String

  public init(root: FilePath, path: FilePath, label: String) {
    self.root = root
    self.path = path
    self.label = label
  }
}

extension SortedPicture: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    root = try fields.decode(pathForKey: "root")
    path = try fields.decode(pathForKey: "path")
    label = try fields.decode(String.self, forKey: "label")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: root, forKey: "root")
    try fields.encode(path: path, forKey: "path")
    try fields.encode(label, forKey: "label")
  }
}
