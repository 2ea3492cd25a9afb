import Glibc
import SystemPackage
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowJobProgram
import WinnowReport
import WinnowSupervision
import WinnowTraining

/// A whole run of winnow-trainer.
///
/// It reads one line with a `LabRequest` on standard input, whose end is then the sign to give up, and writes lines on
/// standard output: `{"progress": …, "text": …}` any number of times, at last `{"result": …}` or `{"error": …}`.
public enum TrainerProgram {
  private static let usage = """
    usage: winnow-trainer   one request as JSON on standard input; see docs/architecture.md

    winnow-trainer is started by winnowd and winnowctl.

    """

  /// - Parameter arguments: Without the program's name.
  /// - Returns: The exit code: 0 done, 1 failed, 2 wrong arguments.
  public static func run(_ arguments: [String]) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    guard arguments.isEmpty else {
      let isHelp = arguments == ["--help"]
      _ = write(isHelp ? STDOUT_FILENO : STDERR_FILENO, usage, usage.utf8.count)
      return isHelp ? 0 : 2
    }
    let output = JobOutput(descriptor: STDOUT_FILENO)
    do throws(WinnowError) {
      let input = JobInput(descriptor: STDIN_FILENO)
      let request = try input.request()
      let cancellation = Cancellation()
      let watch = CancellationWatch(endOf: input.descriptor, asking: cancellation)
      defer { withExtendedLifetime(watch) {} }
      if let limits = request.limits { try ResourceLimits(limits).apply() }
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
    guard request.verb == .train, let work = request.train else {
      throw WinnowError(.malformed, "winnow-trainer was asked for \"\(request.verb.rawValue)\"")
    }
    let library = ModelLibrary(root: request.library)
    let worker = try ProgramLocation.ofThisProcess().path(of: .worker)
    let training = Training(
      try TrainingSettings(work, sorted: request.sorted ?? []), in: library, worker: worker, cache: library.cache,
      cancellation: cancellation,
      test: { (model, pictures) throws(WinnowError) in
        let folder = TestReportFolder.path(of: model, beside: library.root)
        try TestReportFolder.make(folder)
        let evaluation = ModelEvaluation(in: library, worker: worker, cancellation: cancellation, report: { _, _ in })
        _ = try evaluation.run(
          ModelReference(name: model.name, version: model.version), on: pictures, of: "the test pictures", into: folder)
        return folder.appending("report.html")
      }, report: output.progress)
    output.finish(try training.run())
  }
}
