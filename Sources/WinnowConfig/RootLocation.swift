import Glibc
public import SystemPackage

/// Where a folder lies on disk: itself and every folder above it, by device and inode, so that links and bind mounts
/// do not hide that one folder lies in another.
public struct RootLocation: Hashable, Sendable {
  /// One folder; for one that does not exist the nearest that does, with the names that lead from there.
  public struct Place: Hashable, Sendable {
    public let device: UInt64
    public let inode: UInt64
    public let missing: [FilePath.Component]

    public init(device: UInt64, inode: UInt64, missing: [FilePath.Component] = []) {
      self.device = device
      self.inode = inode
      self.missing = missing
    }
  }

  /// The folder itself, then each one above it up to the root folder. Never empty.
  public let places: [Place]

  public init(_ first: Place, above: [Place]) { places = [first] + above }

  /// Looks at the disk now. Symbolic links are followed. What cannot be looked at counts as missing: look again when
  /// it comes back.
  ///
  /// - Parameter path: Absolute.
  public init(reading path: FilePath) {
    var existing = path
    var missing: [FilePath.Component] = []
    var resolved = Self.resolve(existing)
    while resolved == nil, let name = existing.lastComponent {
      missing.insert(name, at: 0)
      existing.removeLastComponent()
      resolved = Self.resolve(existing)
    }
    var folder = resolved ?? "/"
    var places: [Place] = []
    if let nearest = Self.place(of: folder) {
      for count in stride(from: missing.count, through: 1, by: -1) {
        places.append(Place(device: nearest.device, inode: nearest.inode, missing: Array(missing[..<count])))
      }
      places.append(nearest)
    }
    while folder.removeLastComponent() {
      if let place = Self.place(of: folder) { places.append(place) }
    }
    self.places = places.isEmpty ? [Place(device: 0, inode: 0, missing: missing)] : places
  }

  /// Whether this folder is `other` or lies anywhere below it.
  public func isWithin(_ other: RootLocation) -> Bool { places.contains(other.places[0]) }

  private static func resolve(_ path: FilePath) -> FilePath? {
    path.withPlatformString { name in
      guard let real = realpath(name, nil) else { return nil }
      defer { free(real) }
      return FilePath(platformString: real)
    }
  }

  private static func place(of path: FilePath) -> Place? {
    guard let status = try? Stat(path, followTargetSymlink: false) else { return nil }
    return Place(device: UInt64(status.deviceID.rawValue), inode: UInt64(status.inode.rawValue))
  }
}

/// A root with its place at one moment.
public struct LocatedRoot: Hashable, Sendable {
  public let root: ConfiguredRoot
  public let location: RootLocation

  public init(root: ConfiguredRoot, location: RootLocation) {
    self.root = root
    self.location = location
  }
}
