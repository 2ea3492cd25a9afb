import Foundation
import Glibc
import SystemPackage
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowFiles
import WinnowGraph
import WinnowSupervision
import WinnowTestSupport

@testable import WinnowImport

/// A library with one small model, and plain pictures of the three colours that it tells apart.
struct QuantisationBench {
  /// The mean of each colour, a product that may hide it, and a row of weights for each class.
  enum Network {
    case sound
    /// Beside the colours stand values a million times as large, which leave no steps for them in 8 bits.
    case lopsided
  }

  let imports: ImportBench
  private(set) var pictures: [FilePath] = []
  private(set) var labels: [Int] = []
  var library: ModelLibrary { imports.library }

  init(_ network: Network = .sound, pictures count: Int) throws {
    imports = try ImportBench()
    let file = try imports.folder.file("small.onnx", try Self.graph(network).onnxBytes())
    _ = try imports.run(ModelImportRequest(name: "small", labels: SmallNetwork.classes), onnx: file)
    for (index, bytes) in Self.pictures(count).enumerated() {
      pictures.append(try imports.folder.file("\(index).png", bytes))
      labels.append(index % 3)
    }
  }

  /// PNG files of 8 × 8 pixels, no two alike: by turns blue (class a), red (b) and green (c).
  static func pictures(_ count: Int) -> [[UInt8]] {
    (0..<count).map { index in
      let bright = [2, 0, 1][index % 3]
      var pixels = (0..<64 * 3).map { UInt8($0 % 3 == bright ? 230 - index % 20 : 10 + index % 15) }
      // One pixel makes each file another.
      pixels[0] = UInt8(index & 255)
      pixels[1] = UInt8(index >> 8)
      return UncompressedPNG.bytes(width: 8, height: 8, pixels: pixels)
    }
  }

  static func graph(_ network: Network) throws -> Graph {
    var builder = GraphBuilder(name: "small")
    var value = builder.input("picture", [.batch, .fixed(3), .fixed(8), .fixed(8)])
    value = builder.flatten(builder.globalAveragePool(value))
    var weights: [Float] = [0, 1, 2, 3, 0, 1, 2, 3, 0]
    if network == .lopsided {
      let rows: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 1e6, 0, 0]
      value = builder.gemm(value, weights: try Tensor(rows, shape: [4, 3]))
      weights = [0, 1, 2, 0, 3, 0, 1, 0, 2, 3, 0, 0]
    }
    let size = weights.count / 3
    builder.output("classes", builder.gemm(value, weights: try Tensor(weights, shape: [3, size])))
    return try builder.build()
  }

  /// - Parameters:
  ///   - count: Pictures of the trial; beyond those that there are it begins anew.
  ///   - labelled: Whether their labels are known.
  func trial(_ count: Int? = nil, labelled: Bool = true) -> TrialPictures {
    let (pictures, labels) = (pictures, labels)
    return TrialPictures(
      count: count ?? pictures.count, right: { labelled ? [labels[$0 % labels.count]] : [] }, isHeldOut: { _ in false },
      name: { pictures[$0 % pictures.count].string },
      open: { (index) throws(WinnowError) in try Self.open(pictures[index % pictures.count]) })
  }

  static func open(_ path: FilePath) throws(WinnowError) -> OwnedDescriptor {
    let descriptor = Glibc.open(path.string, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WinnowError(.notFound, "\(path.escaped) is not there") }
    return OwnedDescriptor(descriptor)
  }

  func quantise(_ trial: TrialPictures, _ name: String = "small") throws(WinnowError) -> QuantizeReply {
    let quantisation = ModelQuantisation(
      in: library, worker: Surroundings.worker ?? "/nonexistent", cache: nil, cancellation: imports.cancellation,
      report: { _, _ in })
    return try quantisation.run(ModelReference(name), on: trial)
  }

  /// What a worker says that it computes the bundle with.
  func precision(of bundle: ModelBundle, asked precision: String) throws -> String? {
    let classifying = TrialClassifying(
      program: Surroundings.worker ?? "/nonexistent", pictures: trial(), cancellation: imports.cancellation)
    return try classifying.run(
      [0], through: bundle.path, precision: precision, progress: { _ in }, each: { _, _ in })
  }
}
