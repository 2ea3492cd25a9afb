import Dispatch
import SystemPackage
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowLedger
import WinnowPipeline

extension ControlDesk {
  func reviewList(_ query: ReviewQuery, left: Int, _ stream: RecordStream<ReviewRow>) {
    do throws(WinnowError) {
      guard left > 0 else { return stream.finish() }
      let rows = Array(try reviewRows(query, after: query.after).prefix(left))
      stream.emit(page: rows) { [self] in
        daemon.queue.async { [self] in
          guard let last = rows.last?.number else { return stream.finish() }
          var query = query
          query.after = last
          reviewList(query, left: left - rows.count, stream)
        }
      }
    } catch {
      stream.fail(error)
    }
  }

  private func reviewRows(_ query: ReviewQuery, after id: Int64) throws(WinnowError) -> [ReviewRow] {
    switch query.kind {
    case .waiting, .skipped:
      try daemon.ledger.pictures(state: .review, inbox: query.inbox, skipped: query.kind == .skipped, after: id).map {
        Self.reviewRow($0)
      }
    case .sample: try daemon.ledger.sample(inbox: query.inbox, after: id).map { Self.reviewRow($0) }
    case .corrected:
      try daemon.ledger.labelled(inbox: query.inbox, correctionsOnly: true, after: id).map {
        Self.reviewRow($0.record, label: $0.label, by: $0.by)
      }
    }
  }

  private static func reviewRow(_ picture: PictureRecord, label: String? = nil, by: String? = nil) -> ReviewRow {
    ReviewRow(
      file: picture.place.absolute, inbox: picture.inbox, class: picture.top.first?.label,
      probability: picture.top.first?.probability,
      top: picture.top.prefix(5).map { .init(class: $0.label, probability: $0.probability) },
      model: picture.model?.description, reason: picture.reason, time: picture.time, number: picture.id, label: label,
      by: by)
  }

  func sample(_ request: ReviewSampleRequest) throws(WinnowError) -> ReviewSampleReply {
    guard ReviewSampleRequest.counts.contains(request.count) else {
      throw WinnowError(
        .invalidInput, "a sample of \(request.count) pictures cannot be drawn",
        remedy: "ask for 1 to \(ReviewSampleRequest.counts.upperBound)")
    }
    return ReviewSampleReply(waiting: try pipeline.drawSample(request.count, inbox: request.inbox))
  }

  func decide(_ decision: ReviewDecision, dryRun: Bool, by: String, _ reply: Reply<ReviewReply>) {
    pipeline.decideReview(decision, dryRun: dryRun, by: by) { result in
      reply.answer { () throws(WinnowError) in
        let report = try result.get()
        return ReviewReply(
          placed: report.done.map { ReviewReply.Placed(file: $0.from, to: $0.to, class: $0.label ?? "") },
          refused: report.refused.map { FileReason(file: $0.file, reason: $0.reason) },
          run: report.doneCount > 0 ? report.run.map { "\($0)" } : nil)
      }
    }
  }

  func skip(_ request: ReviewSkipRequest, by: String, _ reply: Reply<ReviewSkipReply>) {
    pipeline.skipReview(request.files, by: by) { result in
      reply.answer { () throws(WinnowError) in
        let report = try result.get()
        return ReviewSkipReply(
          skipped: report.doneCount, refused: report.refused.map { FileReason(file: $0.file, reason: $0.reason) })
      }
    }
  }
}
