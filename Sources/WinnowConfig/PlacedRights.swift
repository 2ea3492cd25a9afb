import Glibc
import WinnowCore

/// `file_mode`, `file_owner` and `file_group`: what an inbox gives the pictures that it places in its output.
struct PlacedRights {
  /// Reads the three keys of an inbox.
  ///
  /// - Parameter action: with links and sidecars there is no file of one's own to give anything.
  static func read(_ section: inout SectionReader, action: PlacingAction) -> FileRights? {
    var rights = FileRights()
    rights.mode = section.read("file_mode", .mode)
    rights.owner = section.read("file_owner", .user)?.number
    rights.group = section.read("file_group", .group)?.number
    if rights.isEmpty { return nil }
    if action == .hardlink || action.placesMark {
      for key in ["file_mode", "file_owner", "file_group"] {
        guard let position = section.position(of: key) else { continue }
        section.report.problem(
          at: position, key: "\(section.key).\(key)", "has no effect with action: \(action.rawValue)",
          remedy: "remove the line, or write action: move or copy")
      }
    }
    return rights
  }
}

/// A user or a group as it stands in the file, with its number on this machine.
struct NamedAccount: Hashable, Sendable {
  var text: String
  var number: UInt32
}

extension ValueFormat where Value == NamedAccount {
  fileprivate static var user: Self {
    account("user", example: "anna") { name in getpwnam(name).map { $0.pointee.pw_uid } }
  }

  fileprivate static var group: Self {
    account("group", example: "family") { name in getgrnam(name).map { $0.pointee.gr_gid } }
  }

  private static func account(
    _ kind: String, example: String, _ find: @escaping (String) -> UInt32?
  ) -> Self {
    Self(example: example, show: \.text) { (text) throws(WinnowError) in
      // The largest number means none to the kernel.
      if let number = UInt32(text), number != .max { return NamedAccount(text: text, number: number) }
      guard !text.isEmpty, let number = find(text) else {
        throw WinnowError(
          .invalidInput, "there is no \(kind) \"\(text)\" on this machine",
          remedy: "write the name or the number of a \(kind), such as \(example)")
      }
      return NamedAccount(text: text, number: number)
    }
  }
}
