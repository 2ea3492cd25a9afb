public import SystemPackage

/// A file's place: a root that Winnow holds open, and a path below it. Nothing is ever opened outside a root.
public struct Place: Hashable, Sendable {
  /// Absolute path of the root.
  public var root: FilePath
  /// Relative to the root, without `.` and `..`.
  public var relative: FilePath

  public init(root: FilePath, relative: FilePath) {
    self.root = root
    self.relative = relative
  }

  public var absolute: FilePath { root.pushing(relative) }

  /// The last component's bytes; empty for the root itself.
  public var name: [UInt8] { relative.lastComponent.map { FilePath(root: nil, [$0]).bytes } ?? [] }

  /// The name for people; bytes that are no text are escaped.
  public var nameText: String { FilePath(bytes: name).escaped }

  /// The place of the folder that holds this one.
  public var folder: Place { Place(root: root, relative: relative.removingLastComponent()) }

  /// The place of `name` in this folder.
  public func appending(name: [UInt8]) -> Place {
    Place(root: root, relative: relative.pushing(FilePath(bytes: name)))
  }
}

extension Place: CustomStringConvertible {
  public var description: String { absolute.escaped }
}
