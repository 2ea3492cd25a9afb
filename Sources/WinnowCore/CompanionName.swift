/// Which files belong to a picture by their names: its RAW, its sidecars, the film of a Live Photo.
///
/// Members of a group lie in one folder and share a stem: `IMG_1` of `IMG_1.JPG`, `IMG_1.NEF`, `IMG_1.xmp` and
/// `IMG_1.NEF.xmp`. One of them is decided about, the others go where it goes.
public enum CompanionName {
  /// What a name says about a file's part in a group.
  public enum Role: Hashable, Sendable {
    /// It can speak for its group.
    case picture
    /// It goes with a picture, and speaks for its group where there is none.
    case raw
    /// It goes with a picture.
    case sidecar
    /// A name of no group.
    case other
  }

  private static let pictureEndings = spellings([
    "jpg", "jpeg", "heic", "heif", "hif", "avif", "png", "webp", "gif", "tif", "tiff",
  ])
  private static let rawEndings = spellings(["cr2", "cr3", "nef", "arw", "dng", "raf", "orf", "rw2"])
  private static let sidecarEndings = spellings(["xmp", "aae", "thm", "mov"])
  /// The sidecar that also stands after another member's whole name.
  private static let doubledEndings = spellings(["xmp"])

  private static let roles: [[UInt8]: Role] = {
    var roles: [[UInt8]: Role] = [:]
    for (endings, role) in [(pictureEndings, Role.picture), (rawEndings, .raw), (sidecarEndings, .sidecar)] {
      for ending in endings { roles[lowered(ending.dropFirst())] = role }
    }
    return roles
  }()

  /// Cameras and programs write endings in these ways: `.jpg`, `.JPG`, `.Jpg`. Made once: every picture is looked for
  /// companions.
  private static func spellings(_ endings: [String]) -> [[UInt8]] {
    endings.flatMap { ending in
      [ending, ending.uppercased(), ending.prefix(1).uppercased() + ending.dropFirst()].map { Array(".\($0)".utf8) }
    }
  }

  public static func role(of name: [UInt8]) -> Role { split(name)?.role ?? .other }

  /// What the names of a group share; the whole name where it is of none.
  public static func stem(of name: [UInt8]) -> [UInt8] {
    guard let (stem, role) = split(name) else { return name }
    if role == .sidecar, lowered(name[stem.count...]) == doubledEndings.first, let (inner, role) = split(stem),
      role != .sidecar
    {
      return inner
    }
    return stem
  }

  /// The names of what may speak for the group of a companion, the likeliest first.
  public static func leads(of name: [UInt8]) -> [[UInt8]] {
    let stem = stem(of: name)
    let names = pictureNames(stem)
    return (role(of: name) == .raw ? names : names + rawNames(stem)).filter { $0 != name }
  }

  /// The names that may go with a picture, or with a RAW that speaks for its group.
  public static func companions(of name: [UInt8]) -> [[UInt8]] {
    let stem = stem(of: name)
    let raws = rawNames(stem)
    return (raws + sidecarNames(stem) + doubled(name)).filter { $0 != name }
  }

  /// The sidecars that stand after the whole name of another RAW of the group, whether that is there or not.
  public static func doubledRaws(of name: [UInt8]) -> [[UInt8]] { raws(of: name).flatMap(doubled) }

  /// Whether a sidecar stands after a RAW's whole name.
  public static func isDoubledRaw(_ name: [UInt8]) -> Bool {
    guard let (stem, role) = split(name), role == .sidecar else { return false }
    return self.role(of: stem) == .raw
  }

  /// The names under which a RAW may have spoken for the group before this file came.
  public static func raws(of name: [UInt8]) -> [[UInt8]] { rawNames(stem(of: name)).filter { $0 != name } }

  /// The sidecars that stand after a member's whole name: `IMG_1.NEF.xmp`.
  public static func doubled(_ name: [UInt8]) -> [[UInt8]] { doubledEndings.map { name + $0 } }

  /// Every name that would belong to a group of this stem.
  public static func members(stem: [UInt8]) -> [[UInt8]] {
    pictureNames(stem) + rawNames(stem) + sidecarNames(stem)
  }

  private static func pictureNames(_ stem: [UInt8]) -> [[UInt8]] { pictureEndings.map { stem + $0 } }
  private static func rawNames(_ stem: [UInt8]) -> [[UInt8]] { rawEndings.map { stem + $0 } }
  private static func sidecarNames(_ stem: [UInt8]) -> [[UInt8]] { sidecarEndings.map { stem + $0 } }

  private static func split(_ name: [UInt8]) -> (stem: [UInt8], role: Role)? {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0, name.count - dot <= 5,
      let role = roles[lowered(name[(dot + 1)...])]
    else { return nil }
    return (Array(name[..<dot]), role)
  }

  private static func lowered(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
  }
}
