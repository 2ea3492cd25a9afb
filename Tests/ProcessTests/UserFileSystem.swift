import Glibc

/// A file system in user space on one of the folders: a stand-in for network shares and odd disks. It goes with its owner.
final class UserFileSystem {
  enum Kind: Sendable {
    /// Knows no rename that does not replace.
    case bindfs
    /// The same, with short times and rights of its own.
    case ntfs
    /// `Tests/FaultyFileSystem`, with these options.
    case faulty([String])
  }

  let path: String
  private let kind: Kind
  private let folder: String
  private var server: Program?

  /// - Parameter folder: where what it shows is kept.
  init(_ kind: Kind, at path: String, keeping folder: String) throws {
    self.kind = kind
    self.path = path
    self.folder = folder
    for folder in [path, folder] { try Files.makeFolder(folder) }
    switch kind {
    case .bindfs, .faulty: try Files.makeFolder(folder + "/shown")
    case .ntfs: try Self.run("mkntfs", ["-F", "-Q", "-q", try image()])
    }
    try attach()
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    server?.killGroup()
  }

  private func image() throws -> String {
    let image = folder + "/image"
    try Files.write([], to: image)
    guard truncate(image, 64 << 20) == 0 else { throw Files.failure("make", image) }
    return image
  }

  private static func run(_ program: String, _ arguments: [String]) throws {
    let status = try Program(program, arguments).wait(seconds: 60)
    guard status == 0 else { throw Program.Failure(description: "\(program) ended with \(status)") }
  }

  func attach() throws {
    let before = Files.status(path)?.st_dev
    server =
      switch kind {
      case .bindfs: try Program("bindfs", ["-f", folder + "/shown", path])
      case .ntfs: try Program("ntfs-3g", ["-o", "no_detach", folder + "/image", path])
      case .faulty(let options):
        try Program(
          try Self.faulty.get(),
          ["-f", folder + "/shown", path] + (options + ["faults=\(folder)/faults"]).flatMap { ["-o", $0] },
          errors: folder + "/errors")
      }
    try Deadline(seconds: 20).wait(for: "\(path) to be mounted: \(Files.text(folder + "/errors"))") {
      Files.status(path)?.st_dev != before
    }
  }

  /// Fails for as long as somebody has something in it open.
  func detach() throws {
    try Deadline(seconds: 20).wait(for: "\(path) to be let go") { umount2(path, 0) == 0 }
    _ = try server?.wait(seconds: 20)
  }

  /// Its process is killed: the mount stays, and answers nobody.
  func die() throws {
    server?.killGroup()
    _ = try server?.wait(seconds: 20)
  }

  /// Takes away a mount whose process died.
  func clear() { umount2(path, Int32(MNT_DETACH)) }

  /// From now on these calls fail; with none named all of them do.
  func fail(_ errno: Int32, _ calls: [String] = []) throws {
    let text = ([String(errno)] + calls).joined(separator: " ")
    try Files.write(Array(text.utf8), to: folder + "/faults.new")
    try Files.rename(folder + "/faults.new", to: folder + "/faults")
  }

  func recover() throws { try Files.remove(folder + "/faults") }

  // MARK: - What the machine has

  static let canMount = Machine.canMount && access("/dev/fuse", R_OK | W_OK) == 0
  static let hasBindfs = canMount && has("bindfs")
  static let hasNTFS = canMount && has("ntfs-3g") && has("mkntfs")
  static let hasFaulty = canMount && (try? faulty.get()) != nil

  private static func has(_ program: String) -> Bool {
    (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").contains {
      access("\($0)/\(program)", X_OK) == 0
    }
  }

  /// Compiled into the build folder, where libfuse3 is there.
  private static let faulty = Result { () throws -> String in
    let program = Programs.folder + "/faulty-file-system"
    let source = Programs.root + "/Tests/FaultyFileSystem/faulty.c"
    let command = "cc -std=gnu17 -O1 -Wall -Wextra -Werror \"$1\" -o \"$2\" $(pkg-config --cflags --libs fuse3)"
    try run("sh", ["-c", command, "sh", source, program])
    return program
  }
}
