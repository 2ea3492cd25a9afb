import Glibc

/// The real programs, beside the test program in the build folder.
enum Programs {
  static let folder = (Files.target(ofLink: "/proc/self/exe") ?? "").split(separator: "/").dropLast()
    .map { "/" + $0 }.joined()

  /// The folder of the sources.
  static let root = folder.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  static var daemon: String { folder + "/winnowd" }
  static var control: String { folder + "/winnowctl" }
  static var worker: String { folder + "/winnow-worker" }
  static var lab: String { folder + "/winnow-lab" }

  static let areBuilt = [daemon, control, worker, lab].allSatisfy { (path: String) in access(path, X_OK) == 0 }
}
