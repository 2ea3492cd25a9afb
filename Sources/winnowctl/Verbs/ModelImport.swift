import ArgumentParser
import SystemPackage
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

extension ModelVerbs {
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a model from an ONNX picture classifier.",
      discussion: """
        The first version of a name goes live by itself, later ones by promote. With --data a further version with an
        int8 network is made, as by `model quantize`.

        EXAMPLE:
          winnowctl model import resnet.onnx --labels imagenet.txt --name resnet \\
            --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --resize 256 --crop 224
        """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The ONNX file.")
    var onnx: FileArgument

    @Option(help: "A text file with a label a line, in the order of the network's outputs.")
    var labels: FileArgument

    @Option(help: "The model's name.")
    var name: String

    @Option(help: ArgumentHelp("Of red, green and blue, 0 to 1; without it ImageNet's.", valueName: "r,g,b"))
    var mean: ChannelValues?

    @Option(help: ArgumentHelp("Of red, green and blue, 0 to 1; without it ImageNet's.", valueName: "r,g,b"))
    var std: ChannelValues?

    @Option(help: ArgumentHelp("Pixels of the shorter side before the crop.", valueName: "pixels"))
    var resize: Int?

    @Option(help: ArgumentHelp("Side of the square that is cut out.", valueName: "pixels"))
    var crop: Int?

    @Option(help: ArgumentHelp("A folder of pictures, to bring the model to int8 with.", valueName: "dir"))
    var data: FileArgument?

    func validate() throws {
      for (name, value) in [("--resize", resize), ("--crop", crop)] {
        if let value, value < 1 { throw ValidationError("\(name) is a number of pixels.") }
      }
      if let std, std.values.contains(where: { $0 <= 0 }) { throw ValidationError("--std is above 0.") }
    }

    func run() throws {
      let file = onnx.absolute
      let network = try ReadableFile(file)
      let settings = ModelImportRequest(
        name: name, labels: try LabelsFile.read(labels.absolute), mean: mean?.values, std: std?.values,
        resize: resize, crop: crop, source: file.escaped, data: data?.absolute)
      try options.output.show(try ModelWork.publish(settings, network, file, options))
    }
  }
}

/// Three numbers with commas between them, for red, green and blue.
struct ChannelValues: ExpressibleByArgument, Hashable, Sendable {
  let values: [Double]

  init?(argument: String) {
    values = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { part in
      Double(part.drop { $0 == " " }).flatMap { $0.isFinite ? $0 : nil }
    }
    guard values.count == 3, argument.filter({ $0 == "," }).count == 2 else { return nil }
  }
}

/// A text file with one label a line.
enum LabelsFile {
  /// Bytes that are read at most; chosen, not measured.
  private static let limit = 4 << 20

  /// Line ends of Unix and of Windows, and an end of the file with and without one, are all the same. Empty lines in
  /// between stay, so that the reader of the labels can name them.
  ///
  /// - Throws: as `ReadableFile`, and `.invalidInput` naming the first line that is not UTF-8.
  static func read(_ path: FilePath) throws(WinnowError) -> [String] {
    var bytes = try ReadableFile(path).bytes(limit: limit)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    var labels: [String] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard let label = String(validating: text, as: UTF8.self) else {
        throw WinnowError(
          .invalidInput, "line \(labels.count + 1) of \(path.escaped) is not UTF-8", remedy: "save the file as UTF-8")
      }
      labels.append(label)
    }
    while labels.last == "" { labels.removeLast() }
    return labels
  }
}
