import Dispatch
import WinnowCore
import WinnowPipeline
import WinnowSupervision

/// Runs `winnow-worker --compile`, one model at a time, once each. Lives on the pipeline's queue.
final class CacheCompiler {
  private let queue: DispatchQueue
  private let journal: Journal
  private var done: Set<ModelVersion> = []
  private var waiting: [(ModelVersion, WorkerLaunch)] = []
  private var child: ChildProcess?

  init(queue: DispatchQueue, journal: Journal) {
    self.queue = queue
    self.journal = journal
  }

  func compile(_ model: ModelVersion, _ launch: WorkerLaunch) {
    guard done.insert(model).inserted else { return }
    waiting.append((model, launch))
    next()
  }

  private func next() {
    guard child == nil, !waiting.isEmpty else { return }
    let (model, launch) = waiting.removeFirst()
    var command = ChildCommand(
      executable: launch.executable, arguments: [CommandArgument("--compile")] + launch.arguments,
      environment: launch.environment)
    command.ownProcessGroup = true
    do throws(WinnowError) {
      child = try ChildProcess(command, on: queue) { [weak self] exit in
        guard let self else { return }
        self.child = nil
        if exit != .exited(0) {
          self.journal.write(JournalLine(.notice, "\(model) was not compiled ahead: \(exit)"))
        }
        self.next()
      }
    } catch {
      journal.write(JournalLine(.notice, "\(model) was not compiled ahead: \(error)"))
    }
  }
}
