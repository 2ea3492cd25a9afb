import Testing
import WinnowCore
import WinnowDataset

@Suite("The ratios of a split")
struct SplitRatiosTests {
  @Test("are read in every usual form", arguments: ["6:2:2", "0.6:0.2:0.2", "60:20:20", "6.0:2.0:2.0"])
  func forms(text: String) throws {
    let ratios = try SplitRatios(text)
    #expect(ratios.parts == [.train, .val, .test])
    for (part, share) in [(DatasetPart.train, 0.6), (.val, 0.2), (.test, 0.2)] {
      #expect(abs((ratios.shares[part] ?? 0) - share) < 1e-12)
    }
  }

  @Test("of two numbers are for train and val")
  func two() throws { #expect(try SplitRatios("8:2").parts == [.train, .val]) }

  @Test(
    "that do not add up, are nothing or no numbers are refused, with an example",
    arguments: [
      "", "10", "6:2:2:0", "1:2:3:4", "0:0:0", "6:4:0", "0:5:5", "-6:2:2", "12:-1:-1", "a:b:c", "6:2:", ":6:4", "6;2;2",
      "0.6:0.2:0.3", "6:2:3", "60:20:30", "inf:1:1", "nan:5:5", "0x6:2:2", "1e1:0:0", "6 :2:2", "６:2:2",
    ])
  func refused(text: String) {
    let error = #expect(throws: WinnowError.self) { try SplitRatios(text) }
    #expect(error?.code == .invalidInput && error?.remedy?.contains("6:2:2") == true)
  }
}
