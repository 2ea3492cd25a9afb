import Foundation

/// The pretrained weights beside the repository, where they are, with what PyTorch answered.
enum SharedPhotos {
  struct Golden: Decodable {
    struct Photo: Decodable {
      var input_tensor: String?
      var logits: [Float]
    }
    var photos: [Photo]
  }

  static let models: URL? = {
    let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = repository.deletingLastPathComponent().appending(path: "shared/models")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  /// The numbers of a NumPy file of 1 x 3 x 224 x 224 float32.
  static func tensor(_ file: URL) throws -> [Float] {
    let bytes = Array(try Data(contentsOf: file))
    let count = 3 * 224 * 224
    return bytes.suffix(4 * count).withUnsafeBytes { raw in
      (0..<count).map { Float(bitPattern: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
    }
  }
}
