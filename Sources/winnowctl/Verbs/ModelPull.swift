import ArgumentParser
import WinnowControlAPI
import WinnowCore

extension ModelVerbs {
  struct Pull: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a model of a known architecture and pretrained weights.",
      discussion: """
        FILE holds the weights as safetensors, each tensor called as torchvision calls it. Such a model sorts by the \
        classes that its weights were trained on; `winnowctl train` puts a head for your own classes on it.

        ARCH is mobilenet_v2, resnet18, resnet34, resnet50, resnet101 or squeezenet1_1.

        EXAMPLE:
          winnowctl model pull mobilenet_v2 --from mobilenet_v2.safetensors --labels imagenet.txt
        """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("The architecture.", valueName: "arch"))
    var architecture: String

    @Option(help: ArgumentHelp("The file with the weights.", valueName: "file"))
    var from: FileArgument

    @Option(help: "The model's name; without it the architecture's.")
    var name: String?

    @Option(help: "A text file with a label a line, in the order of the outputs; without it the classes are numbered.")
    var labels: FileArgument?

    func run() throws {
      let file = from.absolute
      let weights = try ReadableFile(file)
      let settings = ModelImportRequest(
        name: name ?? architecture, labels: try labels.map { try LabelsFile.read($0.absolute) } ?? [],
        source: file.escaped, architecture: architecture)
      try options.output.show(try ModelWork.publish(settings, weights, file, options))
    }
  }
}
