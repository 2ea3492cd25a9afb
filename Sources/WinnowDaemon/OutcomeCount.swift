import WinnowCore
import WinnowPipeline

/// How many pictures came to which outcome since the daemon started. Lives on the pipeline's queue.
///
/// `@unchecked Sendable`: touched on that queue alone.
final class OutcomeCount: @unchecked Sendable {
  private(set) var counts: [HistoryOutcome: Int64] = [:]

  func count(_ event: PipelineEvent) {
    if case .picture(let picture) = event { counts[picture.outcome, default: 0] += 1 }
  }
}
