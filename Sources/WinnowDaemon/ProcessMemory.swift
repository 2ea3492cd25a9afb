import Glibc

/// What a process holds in memory, as /proc tells. Bytes.
struct ProcessMemory {
  var resident: Int64
  /// Its own, not backed by files.
  var anonymous: Int64

  /// Nil when there is no such process.
  init?(pid: Int32) {
    guard let file = fopen("/proc/\(pid)/status", "re") else { return nil }
    defer { fclose(file) }
    resident = 0
    anonymous = 0
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.withUnsafeBufferPointer { buffer in
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
      let fields = text.split(whereSeparator: \.isWhitespace)
      guard fields.count >= 2, let kilobytes = Int64(fields[1]) else { continue }
      if fields[0] == "VmRSS:" { resident = kilobytes * 1024 }
      if fields[0] == "RssAnon:" { anonymous = kilobytes * 1024 }
    }
  }
}
