import CSandboxProbe
import Foundation
import SystemPackage
import Testing

@Suite("The sandbox")
struct SandboxTests {
  private func file(_ name: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-\(name)-\(UUID().uuidString)").path
    try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("a sealed process can open, connect, start and signal nothing, and still compute")
  func sealed() throws {
    let file = try file("probe")
    defer { try? FileManager.default.removeItem(atPath: file) }
    #expect(sandbox_probe(file) == 0)
    #expect(FileManager.default.fileExists(atPath: file))
  }

  @Test("before loading, only what is allowed can be read, and nothing written")
  func landlock() throws {
    let allowed = try file("allowed")
    let outside = try file("outside")
    defer { for file in [allowed, outside] { try? FileManager.default.removeItem(atPath: file) } }
    let answer = sandbox_probe_landlock(allowed, outside)
    #expect(answer == 0 || answer == -ENOSYS || answer == -EOPNOTSUPP)
  }
}
