import Glibc
public import SystemPackage
public import WinnowCore
import WinnowFiles
public import WinnowGraph

/// A small classifier for demonstrations and tests that learnt from nothing: it counts which colour most of a picture
/// has. Every weight in it stands below.
///
/// A 1 × 1 convolution gives every pixel its closeness to each shade, a softmax turns that into the shade that it is,
/// the pooled feature is the share of the picture that each shade has, and the head adds up the shades of a colour.
/// It takes `[N, 3, 64, 64]`, red, green and blue from 0 to 1 (a mean of 0 and a deviation of 1), and gives logits.
public enum DemonstrationModel {
  /// Colours in the order of the outputs, each with its shades: red, green, blue from 0 to 1.
  static let colours: [(label: String, shades: [[Float]])] = [
    ("red", [[0.85, 0.10, 0.10], [0.55, 0.08, 0.10]]),
    ("orange", [[0.95, 0.50, 0.10]]),
    ("yellow", [[0.95, 0.85, 0.15], [0.98, 0.93, 0.50]]),
    ("green", [[0.15, 0.60, 0.20], [0.45, 0.80, 0.30], [0.08, 0.30, 0.10]]),
    ("blue", [[0.10, 0.25, 0.75], [0.45, 0.70, 0.95], [0.08, 0.12, 0.35]]),
    ("purple", [[0.50, 0.15, 0.60], [0.75, 0.50, 0.85]]),
    ("brown", [[0.45, 0.28, 0.12]]),
    ("white", [[0.97, 0.97, 0.97]]),
    ("grey", [[0.30, 0.30, 0.30], [0.50, 0.50, 0.50], [0.72, 0.72, 0.72]]),
    ("black", [[0.05, 0.05, 0.05]]),
  ]

  /// Pixels, side of the input.
  public static let side = 64

  /// How sharply a pixel goes to its nearest shade: those that are hardest to tell apart lie 0.2 from each other.
  private static let sharpness: Float = 100
  /// The logit of a picture that is all of one colour; its probability is then 0.9996, and 0.97 where seven tenths of
  /// the picture are of it and the rest of another.
  private static let certainty: Float = 10

  public static var labels: [String] { colours.map(\.label) }

  public static func graph() throws(WinnowError) -> Graph {
    let shades = colours.flatMap(\.shades)
    var builder = GraphBuilder(name: "colours")
    let picture = builder.input("picture", [.batch, .fixed(3), .fixed(side), .fixed(side)])
    // Minus the squared distance to a shade, but for what is the same for all shades: 2 x·c - c·c.
    let closeness = builder.conv(
      picture,
      weights: try Tensor(shades.flatMap { $0.map { 2 * sharpness * $0 } }, shape: [shades.count, 3, 1, 1]),
      bias: try Tensor(
        shades.map { shade in -sharpness * shade.reduce(0) { $0 + $1 * $1 } }, shape: [shades.count]))
    let membership = builder.node("Softmax", [closeness], ["axis": .int(1)])
    let shares = builder.flatten(builder.globalAveragePool(membership))
    let head = colours.indices.flatMap { colour in
      colours.indices.flatMap { other in colours[other].shades.map { _ in colour == other ? certainty : 0 } }
    }
    builder.output("colours", builder.gemm(shares, weights: try Tensor(head, shape: [colours.count, shades.count])))
    return try builder.build()
  }

  /// Writes `colours.onnx` and `colours.txt` into a folder, which is made where it is missing.
  public static func write(to folder: FilePath) throws(WinnowError) {
    if folder.withPlatformString({ mkdir($0, 0o777) }) != 0, errno != EEXIST {
      throw SystemFault("make the folder", errno: errno).about(folder.escaped)
    }
    try RegularFile.write(try graph().onnxBytes(), to: folder.appending("colours.onnx"))
    try RegularFile.write(Array(labels.map { $0 + "\n" }.joined().utf8), to: folder.appending("colours.txt"))
  }
}
