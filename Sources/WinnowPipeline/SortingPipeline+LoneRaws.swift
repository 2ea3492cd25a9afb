import WinnowCore
import WinnowLedger

/// From a RAW that was decided about itself, since it waited for its picture in vain, to the picture that comes later.
extension SortingPipeline {
  /// The RAW that was sorted before its picture came, where that is what came: taken at the same time, as far as both
  /// say when. A picture that brings a RAW of the same name along is another one.
  func lateLead(of settled: SettledPicture, _ facts: PictureFacts, in inbox: Inbox) -> PictureRecord? {
    guard inbox.hasLoneRaws, !inbox.settings.action.placesMark, CompanionName.role(of: settled.place.name) == .picture
    else { return nil }
    let brought = settled.companions.map(\.place.name)
    let names = CompanionName.raws(of: settled.place.name).filter { !brought.contains($0) }
    guard let lead = lead(placedFor: settled.place, names: names) else { return nil }
    guard let taken = facts.captureTime, let leadTaken = lead.facts?.captureTime else { return lead }
    // A RAW may say whole seconds where its picture says more.
    let (apart, overflows) = taken.nanoseconds.subtractingReportingOverflow(leadTaken.nanoseconds)
    return !overflows && apart.magnitude < 1_000_000_000 ? lead : nil
  }

  private static let loneRawsKey = "lone_raws"

  /// Whether this is such an inbox is remembered over restarts: a picture that follows its RAW shows by nothing of its own
  /// that it has one.
  func recallLoneRaws(in inbox: Inbox) {
    let names = (try? ledger.text(Self.loneRawsKey)).flatMap { $0 } ?? ""
    inbox.hasLoneRaws = names.split(separator: "\n").contains { $0 == inbox.name }
    inbox.meetsCompanions = inbox.meetsCompanions || inbox.hasLoneRaws
  }

  /// Before anything of the RAW is durable.
  func rememberLoneRaws(in inbox: Inbox) {
    guard !inbox.hasLoneRaws else { return }
    inbox.hasLoneRaws = true
    inbox.meetsCompanions = true
    let names = (try? ledger.text(Self.loneRawsKey)).flatMap { $0 } ?? ""
    guard !names.split(separator: "\n").contains(where: { $0 == inbox.name }) else { return }
    // A ledger that cannot be written keeps the RAW from being moved too.
    try? ledger.set(Self.loneRawsKey, toText: names + inbox.name + "\n")
  }
}
