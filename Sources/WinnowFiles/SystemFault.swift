import Glibc
public import WinnowCore

/// A system call that failed: which, and with what errno.
///
/// The file layer throws these; whoever knows the path turns them into a `WinnowError` with `about(_:)`.
public struct SystemFault: Error, Hashable, Sendable {
  /// The operation as a verb phrase: `open`, `rename`, `sync the folder of`.
  public let operation: String
  public let errno: Int32

  public init(_ operation: String, errno: Int32) {
    self.operation = operation
    self.errno = errno
  }

  /// The value of a shim's answer, or the fault that it stands for.
  static func check<Value: SignedInteger>(_ operation: String, _ answer: Value) throws(SystemFault) -> Value {
    guard answer >= 0 else { throw SystemFault(operation, errno: Int32(-answer)) }
    return answer
  }

  private static let readingOperations: Set<String> = ["open", "read", "look at"]

  /// Whether it has nothing to do with which file stands where: it heals by itself or by an administrator, or it lasts,
  /// and in either case the same at once again would come to the same.
  public var passes: Bool {
    switch errno {
    case ENOENT, ENOTDIR, EEXIST, ELOOP, Self.changedErrno, Self.irregularFileErrno: false
    default: true
    }
  }

  /// What a network share, or a disk that was pulled, answers while it is not there.
  private static let awayErrnos: Set<Int32> = [
    ENODEV, ENXIO, ESTALE, ENOTCONN, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH, ECONNABORTED,
    ECONNRESET, ECONNREFUSED, ESHUTDOWN, EREMOTEIO, ENOLINK,
  ]

  /// The sentence for the user: what could not be done with `thing`, why, and the remedy for the usual causes.
  public func about(_ thing: String) -> WinnowError {
    WinnowError(
      code, "cannot \(operation) \(thing): \(reason)", remedy: remedy, cause: errno < 4096 ? "errno \(errno)" : nil)
  }

  /// The errno in words.
  public var reason: String {
    switch errno {
    case ENOSPC: "the file system is full"
    case EDQUOT: "the disk quota is used up"
    case EROFS: "the file system is read-only"
    case EACCES, EPERM: "permission denied"
    case ENOENT: "it does not exist"
    case EXDEV: "it lies outside its root"
    case Self.mountAwayErrno: "nothing is mounted there now"
    case Self.changedErrno: "it is no longer the file that was looked at"
    case ELOOP: "a symbolic link is in the way"
    case Self.differsErrno: "what was written there does not read back"
    default: String(cString: strerror(errno))
    }
  }

  private var code: WinnowError.Code {
    switch errno {
    case ENOSPC, EDQUOT: .diskFull
    case EACCES, EPERM: .accessDenied
    case EROFS: .readOnly
    case Self.mountAwayErrno: .mountAway
    case _ where Self.awayErrnos.contains(errno): .mountAway
    case ENOENT: .notFound
    case EEXIST: .alreadyExists
    default: .systemCall
    }
  }

  private var remedy: String? {
    switch errno {
    case ENOSPC: "free some space; Winnow goes on by itself"
    case EDQUOT: "raise the quota or free some space; Winnow goes on by itself"
    case EROFS: "mount it writable; Winnow goes on by itself"
    case EACCES,
      EPERM where Self.readingOperations.contains(operation):
      "give the user that winnowd runs as the right to read it, as with `setfacl -m u:USER:r FILE`"
    case EACCES, EPERM:
      "give the user that winnowd runs as the right to write in both folders (`setfacl -m u:USER:rwx FOLDER`); in a "
        + "sticky folder it has to own the file, or use the drop-in for uploads"
    case Self.mountAwayErrno: "mount it again; Winnow goes on by itself"
    case EMFILE, ENFILE: "raise the limit of open files"
    case ENOENT where operation == "open": "put it back, or make it anew with mkdir; Winnow goes on by itself"
    case Self.differsErrno: "check the disk of the output, or choose one on another file system"
    case EIO: "check the disk; Winnow goes on by itself"
    case _ where Self.awayErrnos.contains(errno):
      "see whether the share or the disk is there; Winnow goes on by itself"
    default: nil
    }
  }
}

extension WinnowError.Code {
  public static let diskFull = Self("disk_full")
  public static let accessDenied = Self("access_denied")
  public static let readOnly = Self("read_only")
  /// Nothing is mounted where a root was.
  public static let mountAway = Self("mount_away")
}
