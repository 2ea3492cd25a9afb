import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowCore

@testable import WinnowSupervision

@Suite("Where the other programs lie")
struct ProgramLocationTests {
  @Test("an installed tree has them in ../lib/winnow")
  func installed() {
    let location = ProgramLocation(executable: "/usr/local/bin/winnowd")
    #expect(location.candidates(for: .worker).first == "/usr/local/lib/winnow/winnow-worker")
  }

  @Test("a build tree has them beside the executable, and winnow-watch in .build/watch")
  func built() {
    let location = ProgramLocation(executable: "/home/me/winnow/.build/x86_64-unknown-linux-gnu/release/winnowd")
    #expect(
      location.candidates(for: .lab).contains("/home/me/winnow/.build/x86_64-unknown-linux-gnu/release/winnow-lab"))
    #expect(location.candidates(for: .watch).last == "/home/me/winnow/.build/watch/winnow-watch")
    #expect(!location.candidates(for: .worker).contains("/home/me/winnow/.build/watch/winnow-worker"))
  }

  @Test("the first that may be executed is taken; if there is none, the error names every place")
  func finds() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-tree-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["bin", "lib/winnow"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    let root = FilePath(folder.path)
    let location = ProgramLocation(executable: root.appending("bin/winnowd"))
    #expect {
      _ = try location.path(of: .worker)
    } throws: { error in
      guard let error = error as? WinnowError else { return false }
      return error.code == .programMissing && error.remedy != nil
        && location.candidates(for: .worker).allSatisfy { error.message.contains($0.string) }
    }
    let beside = root.appending("bin/winnow-worker")
    try Data().write(to: URL(fileURLWithPath: beside.string))
    #expect(throws: WinnowError.self) { try location.path(of: .worker) }
    chmod(beside.string, 0o755)
    #expect(try location.path(of: .worker) == beside)
    let installed = root.appending("lib/winnow/winnow-worker")
    try Data().write(to: URL(fileURLWithPath: installed.string))
    chmod(installed.string, 0o755)
    #expect(try location.path(of: .worker) == installed)
  }

  @Test("this process knows where it is")
  func thisProcess() throws {
    let beside = try ProgramLocation.ofThisProcess().candidates(for: .worker)[1]
    #expect(FileManager.default.fileExists(atPath: beside.removingLastComponent().string))
  }
}
