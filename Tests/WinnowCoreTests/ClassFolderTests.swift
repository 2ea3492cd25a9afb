import SystemPackage
import Testing
import WinnowCore

@Suite("From a folder to its class")
struct ClassFolderTests {
  @Test(
    "a template read backwards gives the class and the folder that is the class's own",
    arguments: [
      ("{class}", "rose", "rose", "rose"), ("{class}", "animal/cat", "animal/cat", "animal/cat"),
      ("{class}/{year}/{month}", "rose/2024/02", "rose", "rose"), ("{class}/{year}", "rose", "rose", "rose"),
      ("{class}/{year}", "animal/cat/2024", "animal/cat", "animal/cat"),
      ("{camera}/{class}", "Canon/rose", "rose", "Canon/rose"),
      ("{subdir}/{class}", "day/old/rose", "rose", "day/old/rose"),
      ("{class}/{subdir}", "rose/day/old", "rose", "rose"), ("is {class}!", "is rose!", "rose", "is rose!"),
      ("{year} {class}", "2024 rose", "2024 rose", "2024 rose"),
      ("{class}", "_duplicates/rose", "rose", "_duplicates/rose"),
    ])
  func table(template: String, folder: String, label: String, own: String) throws {
    let found = try DestinationTemplate(template).classFolder(of: FilePath(folder))
    #expect(found == ClassFolder(label: label, folder: FilePath(own)))
  }

  @Test(
    "what lies above the classes, is Winnow's own or no text is no class",
    arguments: [("{class}", ""), ("{camera}/{class}", "Canon"), ("{class}", "_review"), ("{class}", "_duplicates")])
  func none(template: String, folder: String) throws {
    #expect(try DestinationTemplate(template).classFolder(of: FilePath(folder)) == nil)
    #expect(try DestinationTemplate("{class}").classFolder(of: FilePath(bytes: [0xFF])) == nil)
  }

  @Test("every label is shown as its folder reads", arguments: ["rose", "animal/cat", "a\nb", "..", "x y"])
  func shown(label: String) throws {
    let facts = DestinationTemplate.Facts(
      inbox: "i", subfolder: "day", camera: "Canon", taken: Timestamp(seconds: 1_709_210_096))
    for text in ["{class}", "{class}/{year}/{month}", "of {class}"] {
      let template = try DestinationTemplate(text)
      let folder = template.folder(label: label, facts: facts)
      #expect(template.classFolder(of: folder)?.label == template.shown(label), "\(text)")
    }
  }
}
