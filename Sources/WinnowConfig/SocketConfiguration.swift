import WinnowCore

/// Who may reach the control socket when Winnow makes it itself. For a socket that systemd hands over, the socket
/// unit decides.
public struct SocketConfiguration: Hashable, Sendable {
  /// Permission bits, 0 to 0o777.
  public var mode: UInt32
  /// A group's name or number; nil leaves the daemon's own group.
  public var group: String?
}

extension SocketConfiguration {
  init(_ section: inout SectionReader) {
    let group = section.read("group", .groupName)
    mode = section.read("mode", .mode, default: group == nil ? 0o600 : 0o660)
    self.group = group
    if mode & 0o006 != 0, let position = section.position(of: "mode") {
      section.report.warning(
        at: position, key: "socket.mode", "everybody on this machine may drive Winnow", remedy: "write mode: \"0660\"")
    }
    section.finish()
  }
}

extension ValueFormat where Value == UInt32 {
  /// Permission bits in octal, as `chmod` takes them.
  static var mode: Self {
    Self(example: "\"0660\"", show: { "\"0\(String($0, radix: 8))\"" }) { (text) throws(WinnowError) in
      guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode <= 0o777 else {
        throw WinnowError(
          .invalidInput, "\"\(text)\" is no permission mode",
          remedy: "write three or four octal digits, such as \"0660\"")
      }
      return mode
    }
  }
}

extension ValueFormat where Value == String {
  /// A group's name as groupadd(8) allows it, or its number.
  fileprivate static var groupName: Self {
    Self(example: "winnow", show: { $0 }) { (text) throws(WinnowError) in
      let allowed = text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      }
      guard allowed, (1...32).contains(text.utf8.count), !text.hasPrefix("-") else {
        throw WinnowError(.invalidInput, "\"\(text)\" is no group", remedy: "write a group's name, such as winnow")
      }
      return text
    }
  }
}
