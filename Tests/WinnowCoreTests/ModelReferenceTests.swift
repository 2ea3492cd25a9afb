import Testing
import WinnowCore

@Suite("Names of models")
struct ModelReferenceTests {
  @Test(
    "NAME and NAME@VERSION",
    arguments: [
      ("flowers", "flowers", nil), ("flowers@3", "flowers", 3), ("a.b_c-1@12", "a.b_c-1", 12), ("_x", "_x", nil),
    ] as [(String, String, Int?)])
  func valid(text: String, name: String, version: Int?) throws {
    let reference = try ModelReference(text)
    #expect(reference.name == name && reference.version == version)
    #expect(reference.description == text)
    #expect(try ModelReference(reference.description) == reference)
  }

  @Test(
    "anything else is refused with a remedy",
    arguments: [
      "", "@", "@1", "flowers@", "flowers@0", "flowers@-1", "flowers@x", "flowers@1@2", ".", "..", ".hidden", "-rf",
      "a/b", "a b", "fête", "a\0b", "flowers@99999999999999999999", String(repeating: "a", count: 101),
    ])
  func invalid(text: String) {
    let error = #expect(throws: WinnowError.self) { try ModelReference(text) }
    #expect(error?.code == .invalidInput && error?.remedy != nil)
  }

  @Test("100 bytes are a name")
  func longest() throws { #expect(try ModelReference(String(repeating: "a", count: 100)).version == nil) }
}
