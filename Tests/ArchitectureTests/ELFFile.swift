import Foundation

/// The shared libraries that a program asks the dynamic linker for, read from its file (elf(5); 64 bits, little end
/// first).
struct ELFFile {
  struct Malformed: Error { let reason: String }

  /// `libc.so.6`, in the order of the file.
  let needed: [String]

  init(at path: String) throws {
    let file = try Data(contentsOf: Repository.root.appending(path: path), options: .alwaysMapped)
    func number<Value: FixedWidthInteger>(_ offset: Int, as type: Value.Type) throws -> Int {
      let size = MemoryLayout<Value>.size
      guard offset >= 0, offset + size <= file.count else { throw Malformed(reason: "nothing at offset \(offset)") }
      var value = Value.zero
      withUnsafeMutableBytes(of: &value) { _ = file.copyBytes(to: $0, from: offset..<(offset + size)) }
      guard let result = Int(exactly: Value(littleEndian: value)) else {
        throw Malformed(reason: "the number at offset \(offset) is too large")
      }
      return result
    }
    guard file.prefix(6) == Data([0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
      throw Malformed(reason: "no ELF file of 64 bits, little end first")
    }
    // Section headers: start, size and count.
    let (start, size, count) = (
      try number(0x28, as: UInt64.self), try number(0x3A, as: UInt16.self), try number(0x3C, as: UInt16.self)
    )
    let dynamicSection = 6
    var needed: [String] = []
    for section in (0..<count).map({ start + $0 * size })
    where try number(section + 4, as: UInt32.self) == dynamicSection {
      let strings = start + (try number(section + 0x28, as: UInt32.self)) * size
      let names = try number(strings + 0x18, as: UInt64.self)
      let entries = try number(section + 0x18, as: UInt64.self)
      for entry in stride(from: entries, to: entries + (try number(section + 0x20, as: UInt64.self)), by: 16) {
        // DT_NEEDED.
        guard try number(entry, as: Int64.self) == 1 else { continue }
        let name = names + (try number(entry + 8, as: UInt64.self))
        needed.append(String(decoding: file[name...].prefix { $0 != 0 }, as: UTF8.self))
      }
    }
    guard !needed.isEmpty else { throw Malformed(reason: "no dynamic section") }
    self.needed = needed
  }
}
