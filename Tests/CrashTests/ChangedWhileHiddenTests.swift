import SystemPackage
import Testing
import WinnowCore
import WinnowFiles
import WinnowTestSupport

@Suite("A source that changes under its hidden name")
struct ChangedWhileHiddenTests {
  @Test(
    "is the picture: after the restart it lies in its folder again under a free name, and the copy is gone",
    arguments: [true, false])
  func changed(isNameTaken: Bool) throws {
    let fresh = try SortingRun(MoveScenario(testDescription: "across", output: MountTraits()))
    var hits = 0
    everyCall { call in
      let run = SortingRun(copying: fresh)
      run.disk.follow(DiskScript([call: .stop]))
      run.sort()
      guard run.disk.isOff else { return false }
      run.restart(after: nil, keepsCommit: true)
      let source = run.pictures[0].source.absolute
      let folder = source.removingLastComponent()
      let hidden = run.disk.entries().first {
        HiddenName.isOurs($0.name) && $0.path.removingLastComponent() == folder
      }
      guard let hidden else { return true }
      hits += 1
      let bytes = run.pictures[0].original.bytes + Array(" and more".utf8)
      #expect((try? run.disk.rewrite(hidden.path) { _ in bytes }) == true)
      if isNameTaken { try? run.disk.makeFile(source, Array("another".utf8)) }
      run.recover()
      let own = isNameTaken ? folder.appending("a-2.jpg") : source
      #expect(run.disk.entry(own)?.bytes == bytes, "call \(call)\n\(run.disk.log)")
      if isNameTaken { #expect(run.disk.entry(source)?.bytes == Array("another".utf8)) }
      #expect(run.disk.entry(run.pictures[0].destination.absolute) == nil, "call \(call)\n\(run.disk.log)")
      #expect(!run.disk.entries().contains { HiddenName.isOurs($0.name) })
      return true
    }
    #expect(hits > 0, "no call left the source under its hidden name")
  }
}
