public import SystemPackage
public import WinnowCore

/// A part of a split data set.
public enum DatasetPart: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case train, val, test

  /// The part that a folder of this name holds, as data sets from elsewhere name them too.
  public init?(folder name: [UInt8]) {
    switch String(decoding: name, as: UTF8.self) {
    case "train": self = .train
    case "val", "valid", "validation": self = .val
    case "test": self = .test
    default: return nil
    }
  }

  public static func < (left: Self, right: Self) -> Bool { left.order < right.order }

  private var order: Int {
    switch self {
    case .train: 0
    case .val: 1
    case .test: 2
    }
  }
}

/// A regular file in the folder of a data set.
public struct DatasetFile: Hashable, Sendable {
  /// Nil unless the folder holds parts.
  public var part: DatasetPart?
  /// The class folder's name; nil where the folder is itself one class, and for a file that lies in no class folder.
  public var label: [UInt8]?
  /// Relative to the data set's folder.
  public var path: FilePath
  /// Bytes.
  public var size: Int64
  public var modified: Timestamp

  public init(part: DatasetPart? = nil, label: [UInt8]?, path: FilePath, size: Int64, modified: Timestamp) {
    self.part = part
    self.label = label
    self.path = path
    self.size = size
    self.modified = modified
  }
}
