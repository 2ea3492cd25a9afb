import Foundation
import SystemPackage
import Testing

/// A shell script as a program, in a folder of its own.
struct StubProgram {
  let folder: URL
  var path: FilePath { FilePath(folder.appendingPathComponent("program").path) }

  init(_ script: String) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-script-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // Another process writes it: a descriptor of ours, open for writing, could be in a child that another test
    // starts just now, and then exec fails with ETXTBSY.
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = [
      "-c", "printf '%s' \"$1\" > \"$2\"; chmod 755 \"$2\"", "sh", "#!/bin/sh\n" + script, path.string,
    ]
    try writer.run()
    writer.waitUntilExit()
    try #require(writer.terminationStatus == 0)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}
