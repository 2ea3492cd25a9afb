import Glibc

/// Extended attributes of a file. Glibc's module leaves sys/xattr.h out, so its functions are looked up by name.
enum ExtendedAttributes {
  private typealias Set =
    @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, Int32) -> Int32
  private typealias Get =
    @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer, Int) -> Int
  private typealias List = @convention(c) (UnsafePointer<CChar>, UnsafeMutableRawPointer, Int) -> Int

  private static func function<Function>(_ name: String, as type: Function.Type) throws -> Function {
    guard let address = dlsym(nil, name) else { throw Program.Failure(description: "there is no \(name)") }
    return unsafeBitCast(address, to: type)
  }

  static func set(_ name: String, to value: String, of path: String) throws {
    let bytes = Array(value.utf8)
    guard try function("lsetxattr", as: Set.self)(path, name, bytes, bytes.count, 0) == 0 else {
      throw Files.failure("set \(name) of", path)
    }
  }

  static func all(of path: String) throws -> [String: [UInt8]] {
    var names = [UInt8](repeating: 0, count: 4096)
    let length = try function("llistxattr", as: List.self)(path, &names, names.count)
    var attributes: [String: [UInt8]] = [:]
    for name in names.prefix(max(0, length)).split(separator: 0) {
      let name = String(decoding: name, as: UTF8.self)
      var value = [UInt8](repeating: 0, count: 4096)
      let size = try function("lgetxattr", as: Get.self)(path, name, &value, value.count)
      if size >= 0 { attributes[name] = Array(value[..<size]) }
    }
    return attributes
  }
}
