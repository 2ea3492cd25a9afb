import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowFiles

/// A picture that could not be moved: which right is missing, and the command that gives it.
struct WaitingPicture {
  /// How many of an inbox are looked at.
  static let limit = 20

  let picture: PictureRecord

  init(_ picture: PictureRecord) { self.picture = picture }

  func examine(on fileSystem: LinuxFileSystem) -> DoctorReply.Check {
    .init(
      code: "picture_waits", state: .failed, text: "\(picture.place) waits: \(picture.reason)",
      remedy: remedy(on: fileSystem), inbox: picture.inbox)
  }

  private func remedy(on fileSystem: LinuxFileSystem) -> String? {
    let folder = picture.place.folder.absolute
    let file = picture.place.absolute
    guard let root = try? Root(opening: folder, on: fileSystem) else {
      return may(X_OK, folder.removingLastComponent())
        ? nil : "setfacl -m u:\(geteuid()):rx \(folder.removingLastComponent().escaped)"
    }
    if !may(W_OK | X_OK, folder) { return "setfacl -m u:\(geteuid()):rwx \(folder.escaped)" }
    if !may(R_OK, file) { return "setfacl -m u:\(geteuid()):r \(file.escaped)" }
    guard let status = try? fileSystem.status(of: FilePath(bytes: picture.place.name), in: root.raw) else { return nil }
    let isForeign = geteuid() != 0 && status.owner != geteuid() && root.status.owner != geteuid()
    if root.status.mode & 0o1000 != 0, isForeign {
      return
        "chmod -t \(folder.escaped)   (in a sticky folder only the owner may move a file), or the drop-in for uploads"
    }
    return nil
  }

  private func may(_ mode: Int32, _ path: FilePath) -> Bool {
    path.withPlatformString { faccessat(AT_FDCWD, $0, mode, AT_EACCESS) } == 0
  }
}
