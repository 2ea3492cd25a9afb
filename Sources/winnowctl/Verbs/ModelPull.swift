import ArgumentParser
import WinnowControlAPI
import WinnowCore

extension ModelVerbs {
  struct Pull: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a model of a known architecture and pretrained weights.",
      discussion: """
        FILE holds the weights as torch.save or safetensors writes a state dict, each tensor called as torchvision \
        calls it (timm for resnet50d). Nothing that it may hold beside numbers is run. Such a model sorts by the \
        classes that its weights were trained on; `winnowctl train` teaches it your own.

        ARCH is mobilenet_v2, mobilenet_v3_small, mobilenet_v3_large, resnet18, resnet34, resnet50, resnet101, \
        resnet50d, squeezenet1_1, efficientnet_b0 or convnext_tiny.

        EXAMPLE:
          winnowctl model pull mobilenet_v2 --from mobilenet_v2.pth --labels imagenet.txt
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
