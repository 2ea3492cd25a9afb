import Foundation
import SystemPackage
import Testing
import WinnowCore
import WinnowGraph
import WinnowTestSupport

@testable import WinnowImport

@Suite("The demonstration model")
struct DemonstrationModelTests {
  @Test("every shade of a colour gets that colour with more than 0.9, also with noise as of a JPEG")
  func shades() throws {
    var generator = SystemRandomNumberGenerator()
    for (index, entry) in DemonstrationModel.colours.enumerated() {
      for shade in entry.shades {
        let pixels = (0..<64 * 64 * 3).map { place in
          UInt8(clamping: Int(shade[place % 3] * 255) + Int.random(in: -8...8, using: &generator))
        }
        let logits = try DemonstrationColours.logits(of: pixels)
        let total = logits.reduce(0) { $0 + exp($1) }
        #expect(exp(logits[index]) / total > 0.9, "\(entry.label) \(shade)")
      }
    }
  }

  @Test("a picture with seven tenths of one colour is of that colour")
  func dominantColour() throws {
    let red: [UInt8] = [217, 26, 26]
    let blue: [UInt8] = [26, 64, 191]
    let pixels = (0..<4096).flatMap { $0 % 10 < 7 ? blue : red }
    let logits = try DemonstrationColours.logits(of: pixels)
    let total = logits.reduce(0) { $0 + exp($1) }
    let place = try #require(DemonstrationModel.labels.firstIndex(of: "blue"))
    #expect(exp(logits[place]) / total > 0.9)
  }

  @Test("it is a classifier of its colours with a feature of its shades")
  func signature() throws {
    let graph = try Graph(onnx: try DemonstrationModel.graph().onnxBytes())
    let signature = try graph.classifierSignature()
    #expect(signature.classCount == DemonstrationModel.labels.count)
    #expect(signature.height == 64 && signature.width == 64 && signature.batch == .free)
    let feature = try #require(try graph.addingFeatureOutput(named: "feature")).outputs[1]
    #expect(feature.type.shape == [.batch, .fixed(DemonstrationModel.colours.flatMap(\.shades).count)])
  }

  @Test("it is written as two files, again over the old ones")
  func written() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<2 { try DemonstrationModel.write(to: folder.path.appending("demo")) }
    #expect(folder.contents(of: "demo") == ["colours.onnx", "colours.txt"])
    let labels = try String(contentsOfFile: folder.path.appending("demo/colours.txt").string, encoding: .utf8)
    #expect(labels.split(separator: "\n").map(String.init) == DemonstrationModel.labels)
  }
}
