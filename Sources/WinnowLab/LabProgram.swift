import Glibc
import SystemPackage
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowHooks
import WinnowImport
import WinnowJobProgram
import WinnowSupervision

/// A whole run of winnow-lab.
///
/// It reads one line with a `LabRequest` on standard input, whose end is then the sign to give up, and writes lines on
/// standard output: `{"progress": …, "text": …}` any number of times, at last `{"result": …}` or `{"error": …}`.
public enum LabProgram {
  private static let usage = """
    usage: winnow-lab                               one request as JSON on standard input; see docs/architecture.md
           winnow-lab --demonstration-model FOLDER  write FOLDER/colours.onnx and FOLDER/colours.txt, a small network
                                                    that sorts pictures by their most frequent colour
           winnow-lab --demonstration-pictures FOLDER
                                                    write a dozen painted pictures for it
           winnow-lab --demonstration-lessons FOLDER
                                                    write painted pictures of three classes, to train and to test with

    winnow-lab is started by winnowd and winnowctl.

    """

  /// - Parameter arguments: Without the program's name.
  /// - Returns: The exit code: 0 done, 1 failed, 2 wrong arguments.
  public static func run(_ arguments: [String]) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    switch (arguments.first, arguments.count) {
    case (nil, _):
      return answer(JobInput(descriptor: STDIN_FILENO), JobOutput(descriptor: STDOUT_FILENO))
    case ("--demonstration-model"?, 2):
      return demonstrate { () throws(WinnowError) in try DemonstrationModel.write(to: FilePath(arguments[1])) }
    case ("--demonstration-pictures"?, 2):
      return demonstrate { () throws(WinnowError) in try DemonstrationPictures.write(to: FilePath(arguments[1])) }
    case ("--demonstration-lessons"?, 2):
      return demonstrate { () throws(WinnowError) in try DemonstrationLessons.write(to: FilePath(arguments[1])) }
    case ("--help"?, 1):
      tell(usage, STDOUT_FILENO)
      return 0
    default:
      tell(usage)
      return 2
    }
  }

  private static func answer(_ input: JobInput, _ output: JobOutput) -> Int32 {
    do throws(WinnowError) {
      let request = try input.request()
      let cancellation = Cancellation()
      let watch = CancellationWatch(endOf: input.descriptor, asking: cancellation)
      defer { withExtendedLifetime(watch) {} }
      try answer(request, output, cancellation)
      return 0
    } catch {
      output.fail(error)
      return 1
    }
  }

  private static func answer(
    _ request: LabRequest, _ output: JobOutput, _ cancellation: Cancellation
  ) throws(WinnowError) {
    let library = ModelLibrary(root: request.library)
    let desk = ModelDesk(library: library)
    switch request.verb {
    case .import:
      guard let settings = request.settings, let onnx = request.onnx else {
        throw missing("settings and onnx", request)
      }
      output.finish(
        try making(library, cancellation, output, library.cache).importModel(settings, onnx: onnx))
    case .quantize:
      guard let work = request.quantize else { throw missing("quantize", request) }
      output.finish(
        try making(library, cancellation, output, library.cache).quantize(
          try model(request), with: work.data))
    case .list:
      let (models, problems) = try desk.list()
      for problem in problems { tell("winnow-lab: \(problem)\n") }
      output.finish(models)
    case .show: output.finish(try desk.show(try model(request)))
    case .promote: output.finish(try desk.promote(try model(request)))
    case .rollback: output.finish(try desk.rollback(try model(request)))
    case .remove: output.finish(try desk.remove(try model(request)))
    case .summary: output.finish(try desk.summary(try model(request)))
    case .flops: output.finish(try desk.flops(try model(request)))
    case .export:
      guard let target = request.output else { throw missing("output", request) }
      output.finish(try desk.export(try model(request), to: target))
    case .dataset:
      guard let work = request.dataset else { throw missing("dataset", request) }
      try DatasetDesk(library: library, cancellation: cancellation, output: output).answer(work)
    case .evaluate:
      guard let work = request.evaluate else { throw missing("evaluate", request) }
      output.finish(
        try making(library, cancellation, output, library.cache).evaluate(try model(request), on: work))
    case .deliver:
      guard let work = request.deliveries else { throw missing("deliveries", request) }
      output.finish(try EventDelivery(work, cancellation: cancellation).run(output.delivered))
    case .train: throw WinnowError(.malformed, "trainings are winnow-trainer's work")
    }
  }

  private static func making(
    _ library: ModelLibrary, _ cancellation: Cancellation, _ output: JobOutput, _ cache: FilePath?
  ) throws(WinnowError) -> ModelMaking {
    ModelMaking(
      library: library, worker: try ProgramLocation.ofThisProcess().path(of: .worker), cache: cache,
      cancellation: cancellation, report: output.progress)
  }

  private static func model(_ request: LabRequest) throws(WinnowError) -> ModelReference {
    guard let text = request.model else { throw missing("model", request) }
    return try ModelReference(text)
  }

  private static func missing(_ fields: String, _ request: LabRequest) -> WinnowError {
    WinnowError(.malformed, "a request for \"\(request.verb.rawValue)\" needs \(fields)")
  }

  private static func demonstrate(_ write: () throws(WinnowError) -> Void) -> Int32 {
    do {
      try write()
      return 0
    } catch {
      tell("winnow-lab: \(error)\n")
      return 1
    }
  }

  /// To standard error: for the journal, or whoever sits at the terminal.
  private static func tell(_ text: String, _ descriptor: Int32 = STDERR_FILENO) {
    _ = write(descriptor, text, text.utf8.count)
  }
}
