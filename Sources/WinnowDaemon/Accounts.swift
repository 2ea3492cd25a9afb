import Glibc

/// Users and groups by name and number.
enum Accounts {
  static func group(named name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    return getgrnam(name).map { $0.pointee.gr_gid }
  }

  /// `uid 1000 (anna)`.
  static func describe(user: UInt32) -> String {
    guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return "uid \(user)" }
    return "uid \(user) (\(String(cString: name)))"
  }

  static func groupName(_ number: UInt32) -> String {
    getgrgid(number).map { String(cString: $0.pointee.gr_name) } ?? "\(number)"
  }
}
