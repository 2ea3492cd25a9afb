public import SystemPackage

/// A model to be trained.
public struct TrainRequest: Hashable, Sendable {
  /// The folder of pictures, a folder a class; absolute.
  public var folder: FilePath
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

  public init(
    folder: FilePath, name: String, method: String = "auto", backbone: String? = nil, architecture: String? = nil,
    seed: Int = 0,
    testShare: Double? = nil, promote: String? = nil
  ) {
    self.folder = folder
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
    folder = try fields.decode(pathForKey: "folder")
    name = try fields.decode(String.self, forKey: "name")
    method = try fields.decodeIfPresent(String.self, forKey: "method") ?? "auto"
    backbone = try fields.decodeIfPresent(String.self, forKey: "backbone")
    architecture = try fields.decodeIfPresent(String.self, forKey: "architecture")
    seed = try fields.decodeIfPresent(Int.self, forKey: "seed") ?? 0
    testShare = try fields.decodeIfPresent(Double.self, forKey: "test_share")
    promote = try fields.decodeIfPresent(String.self, forKey: "promote")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(path: folder, forKey: "folder")
    try fields.encode(name, forKey: "name")
    try fields.encode(method, forKey: "method")
    try fields.encodeIfPresent(backbone, forKey: "backbone")
    try fields.encodeIfPresent(architecture, forKey: "architecture")
    try fields.encode(seed, forKey: "seed")
    try fields.encodeIfPresent(testShare, forKey: "test_share")
    try fields.encodeIfPresent(promote, forKey: "promote")
  }
}
