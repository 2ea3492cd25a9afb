import SystemPackage
import Testing
import WinnowTestSupport

@testable import WinnowImport

@Suite("The demonstration's lessons")
struct DemonstrationLessonsTests {
  @Test("are the same bytes every time, and another picture for every number")
  func seeds() {
    let colours: [[Float]] = [[0.8, 0.1, 0.1], [0.9, 0.5, 0.1]]
    #expect(DemonstrationLessons.paint(colours, seed: 1) == DemonstrationLessons.paint(colours, seed: 1))
    #expect(DemonstrationLessons.paint(colours, seed: 1) != DemonstrationLessons.paint(colours, seed: 2))
  }

  @Test("lie in a folder a class, apart for learning and for the test, and no picture is in both")
  func folders() throws {
    let folder = try TemporaryFolder()
    try DemonstrationLessons.write(to: folder.path)
    for name in ["beach", "sunset", "wood"] {
      let (lessons, tests) = (folder.contents(of: "lessons/\(name)"), folder.contents(of: "test/\(name)"))
      #expect(lessons.count == DemonstrationLessons.lessons && tests.count == DemonstrationLessons.tests)
    }
    let files = try ["lessons", "test"].flatMap { part in
      try folder.contents(of: "\(part)/wood").map {
        try RegularFile.read(folder.path.appending("\(part)/wood/\($0)"), named: $0, atMost: 1 << 20)
      }
    }
    #expect(Set(files).count == files.count)
  }
}
