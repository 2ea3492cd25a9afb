import Foundation
import Testing
import WinnowImaging

/// The figures of a PIL and torchvision pipeline in `../shared/models/golden`.
@Suite("golden figures", .enabled(if: SharedData.exists(SharedData.golden) && SharedData.exists(SharedData.flowers)))
struct GoldenTests {
  private struct Golden: Decodable {
    struct Photo: Decodable {
      let file: String
      let decoded_rgb_sha256: String
      let cropped_rgb_sha256: String
      let input_tensor: String?
    }
    let photos: [Photo]
  }

  private static func photos() throws -> [Golden.Photo] {
    let url = SharedData.golden.appendingPathComponent("mobilenet_v2.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url)).photos
  }

  @Test("photographs decode and crop to the same bytes")
  func bytes() throws {
    let photos = try Self.photos()
    #expect(photos.count == 40)
    let files = try photos.map { try SharedData.bytes(SharedData.flowers.appendingPathComponent($0.file)) }
    let decoded = try sha256(of: files.map { try decode($0).pixels.bytes })
    let cropped = try sha256(of: files.map { try apply(EvaluationTransform(resize: 256, crop: 224), to: $0) })
    for (index, photo) in photos.enumerated() {
      #expect(decoded[index] == photo.decoded_rgb_sha256, "\(photo.file)")
      #expect(cropped[index] == photo.cropped_rgb_sha256, "\(photo.file)")
    }
  }

  @Test("tensors are the same to the last bit")
  func tensors() throws {
    let photos = try Self.photos().filter { $0.input_tensor != nil }
    #expect(photos.count == 4)
    for photo in photos {
      let file = try SharedData.bytes(SharedData.flowers.appendingPathComponent(photo.file))
      let crop = try apply(EvaluationTransform(resize: 256, crop: 224), to: file)
      var tensor = [Float](repeating: 0, count: crop.count)
      crop.withUnsafeBufferPointer { crop in
        tensor.withUnsafeMutableBufferPointer { Normalisation.imageNet.apply(crop, as: .planar, into: $0) }
      }
      let stored = try SharedData.bytes(SharedData.golden.appendingPathComponent(photo.input_tensor ?? ""))
      let expected = Array(stored.suffix(tensor.count * 4))
      #expect(tensor.withUnsafeBytes { Array($0) } == expected, "\(photo.file)")
    }
  }

  /// Lower-case hexadecimal digests by coreutils, many at once.
  private func sha256(of blobs: [[UInt8]]) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (index, blob) in blobs.enumerated() { try Data(blob).write(to: folder.appendingPathComponent("\(index)")) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.arguments = blobs.indices.map(String.init)
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map { String($0.prefix(64)) }
  }
}
