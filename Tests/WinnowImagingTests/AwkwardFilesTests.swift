import Foundation
import Testing
import WinnowCore
import WinnowImaging

/// The table in `../shared/data/awkward/README.md`.
@Suite("awkward files", .enabled(if: SharedData.exists(SharedData.awkward)))
struct AwkwardFilesTests {
  private struct Manifest: Decodable {
    struct File: Decodable {
      let name: String
      let expected: String
    }
    let files: [File]
  }

  private static func files() throws -> [Manifest.File] {
    let url = SharedData.awkward.appendingPathComponent("manifest.json")
    return try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: url)).files
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    try SharedData.bytes(SharedData.awkward.appendingPathComponent(name))
  }

  @Test("each is decoded or refused as its table says")
  func table() throws {
    let files = try Self.files()
    #expect(files.count == 102)
    for file in files {
      let found = refusal(try bytes(file.name))?.kind
      let isExpected =
        switch file.expected {
        case "classify", "classify (first frame)": found == nil
        case "classify if supported", "classify first frame if supported": found == nil || found == .unsupportedFormat
        case "corrupt": found == .corrupt || found == .truncated
        case "too large": found == .tooLarge
        case "not a picture": found == .notAPicture
        case "reject": found != nil
        // Whatever the contents: the name decides, or decoders differ.
        case "ignore", "either": true
        default: false
        }
      #expect(isExpected, "\(file.name), expected \(file.expected): \(found?.rawValue ?? "decoded")")
    }
  }

  @Test("shown upright all eight orientations are the same scene")
  func orientations() throws {
    let upright = try decode(bytes("orientation-1.jpg")).pixels
    for value in 2...8 {
      let pixels = try decode(bytes("orientation-\(value).jpg")).pixels
      // They were compressed after turning, so they differ by the compression alone.
      #expect(try #require(pixels.meanDifference(to: upright)) < 3)
    }
    #expect(try #require(decode(bytes("orientation-6.webp")).pixels.meanDifference(to: upright)) < 6)
  }

  @Test("a phone's HEIC is turned by its container, not once more by EXIF")
  func phone() throws {
    let info = try decode(bytes("phone-12mp.HEIC")).info
    #expect(info.width == 3024 && info.height == 4032 && info.appliedOrientation == 1)
    #expect(info.camera == "Apple iPhone 11 Pro")
    #expect(info.captureTime?.offset == -4 * 3600)
  }
}
