import WinnowControlAPI
import WinnowControlClient
import WinnowCore

/// Waiting for a job with a progress bar.
enum JobFollowing {
  /// Returns the job in its final state.
  static func wait(for id: String, _ client: ControlClient) throws(WinnowError) -> Job {
    var bar = ProgressBar()
    defer { bar.clear() }
    try client.stream(.jobFollow, parameter: id) { (record: JobRecord) in
      bar.show(record.progress, record.text ?? record.state.rawValue)
      return true
    }
    return try client.call(.jobShow, parameter: id)
  }

  static func status(of job: Job) -> ExitStatus {
    switch job.state {
    case .done, .queued, .running: .done
    case .failed: job.error.map { ExitStatus(for: ErrorReply($0).asError) } ?? .failed
    case .cancelled, .interrupted: .failed
    }
  }
}
