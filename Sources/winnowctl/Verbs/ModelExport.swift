import ArgumentParser
import SystemPackage
import WinnowControlAPI
import WinnowControlClient
import WinnowCore

extension ModelVerbs {
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a model's network as an ONNX file.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var model: ModelArgument

    @Option(help: "The file to write; one that is there is replaced once the new one is whole.")
    var output: FileArgument

    func run() throws {
      let target = output.absolute
      switch try ModelWork(options) {
      case .local(let lab, let library):
        let request = LabRequest(verb: .export, library: library, model: model.name, output: target)
        let reply: ModelExportReply = try lab.run(request) { _, _ in }
        try options.output.show(reply)
      case .daemon(let client):
        let name = model.name
        let count = try WholeFile.write(target) { descriptor throws(WinnowError) in
          try client.download(.modelExport, parameter: name, to: descriptor)
        }
        try options.output.show(ModelExportReply(model: name, file: target, bytes: count))
      }
    }
  }
}
