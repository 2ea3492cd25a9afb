import Testing
import WinnowCore

@Suite("Names of a group")
struct CompanionNameTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
  private func texts(_ names: [[UInt8]]) -> Set<String> { Set(names.map { String(decoding: $0, as: UTF8.self) }) }

  @Test(
    "members share a stem, whatever their endings",
    arguments: [
      ("IMG_1.JPG", "IMG_1"), ("IMG_1.NEF", "IMG_1"), ("IMG_1.xmp", "IMG_1"), ("IMG_1.NEF.xmp", "IMG_1"),
      ("IMG_1.jpg.XMP", "IMG_1"), ("IMG_1.MOV", "IMG_1"), ("a.b.heic", "a.b"), ("a.xmp.xmp", "a.xmp"),
      ("花.cr2", "花"), ("notes.txt", "notes.txt"), (".xmp", ".xmp"), ("nothing", "nothing"),
    ])
  func stem(name: String, stem: String) {
    #expect(CompanionName.stem(of: bytes(name)) == bytes(stem))
  }

  @Test(
    "an ending says what a file's part is",
    arguments: [
      ("a.jpg", CompanionName.Role.picture), ("a.HEIC", .picture), ("a.Dng", .raw), ("a.CR3", .raw),
      ("a.AAE", .sidecar),
      ("a.thm", .sidecar), ("a.NEF.xmp", .sidecar), ("a.mov", .sidecar), ("a.txt", .other), ("xmp", .other),
      ("a.", .other),
    ])
  func role(name: String, role: CompanionName.Role) {
    #expect(CompanionName.role(of: bytes(name)) == role)
  }

  @Test(
    "a companion is among those of its picture, and its picture among its leads",
    arguments: [
      ("a.jpg", "a.NEF"), ("a.JPG", "a.nef"), ("a.jpg", "a.xmp"), ("a.jpg", "a.jpg.xmp"), ("a.heic", "a.MOV"),
      ("a.Jpg", "a.Xmp"), ("a.nef", "a.nef.xmp"), ("a.nef", "a.xmp"), ("a.jpeg", "a.AAE"), ("a.jpg", "a.THM"),
    ])
  func pairs(picture: String, companion: String) {
    #expect(texts(CompanionName.companions(of: bytes(picture))).contains(companion))
    #expect(texts(CompanionName.leads(of: bytes(companion))).contains(picture))
  }

  @Test("the sidecar of a RAW goes with the picture that speaks for both")
  func doubled() {
    #expect(texts(CompanionName.leads(of: bytes("a.NEF.xmp"))).isSuperset(of: ["a.jpg", "a.NEF"]))
    #expect(texts(CompanionName.doubled(bytes("a.NEF"))) == ["a.NEF.xmp", "a.NEF.XMP", "a.NEF.Xmp"])
  }

  @Test("a picture is looked for sidecars of RAWs that are not there, and a RAW for those of others")
  func doubledRaws() {
    #expect(
      texts(CompanionName.doubledRaws(of: bytes("a.jpg"))).isSuperset(of: ["a.NEF.xmp", "a.dng.xmp", "a.cr3.XMP"]))
    let names = texts(CompanionName.doubledRaws(of: bytes("a.NEF")))
    #expect(names.contains("a.DNG.xmp") && !names.contains("a.NEF.xmp"))
    #expect(names.isDisjoint(with: texts(CompanionName.companions(of: bytes("a.NEF")))))
    #expect(CompanionName.isDoubledRaw(bytes("a.NEF.xmp")) && CompanionName.isDoubledRaw(bytes("a.b.dng.XMP")))
    for name in ["a.jpg.xmp", "a.xmp", "a.NEF", "NEF.xmp", ".NEF.xmp"] {
      #expect(!CompanionName.isDoubledRaw(bytes(name)), "\(name)")
    }
  }

  @Test("nothing is its own companion, and a RAW is no lead of another RAW")
  func others() {
    #expect(!texts(CompanionName.companions(of: bytes("a.nef"))).contains("a.nef"))
    #expect(texts(CompanionName.leads(of: bytes("a.nef"))).isDisjoint(with: ["a.nef", "a.cr2"]))
  }

  @Test("pictures of one stem are no companions of each other")
  func pictures() {
    #expect(!texts(CompanionName.companions(of: bytes("a.jpg"))).contains("a.png"))
  }
}
