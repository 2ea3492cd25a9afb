public import SystemPackage

/// What it means that a person moved a picture.
public enum PersonsMove: Hashable, Sendable {
  /// Into the folder of another class, or out of review: the person says what it shows.
  case corrected(label: String)
  /// Back into the class folder that Winnow had chosen for it.
  case putBack(label: String)
  /// Into review: the person is not sure either.
  case toReview
  /// Its class folder was renamed as a whole.
  case followed(ClassRenaming)
  /// To a place that says nothing about its class: another name, a sub-folder, above the class folders.
  case kept
}

/// A class folder that was renamed as a whole.
public struct ClassRenaming: Hashable, Sendable {
  public var inbox: String
  /// What the class was called.
  public var from: String
  /// What it is called now.
  public var to: String

  public init(inbox: String, from: String, to: String) {
    self.inbox = inbox
    self.from = from
    self.to = to
  }
}

/// A picture that a person moved, where to, and what that means.
public struct RecognisedMove: Hashable, Sendable {
  public var known: KnownStray
  public var meaning: PersonsMove

  public init(known: KnownStray, meaning: PersonsMove) {
    self.known = known
    self.meaning = meaning
  }
}

/// Where an inbox's pictures lie, and what its folders mean.
public struct OutputLayout: Hashable, Sendable {
  public var inbox: String
  public var output: FilePath
  public var review: FilePath
  public var quarantine: FilePath
  public var none: FilePath?
  public var template: DestinationTemplate
  /// What people call a class, by the model's label.
  public let classNames: [String: String]
  /// The model's classes as their folders show them, and the names that people gave them.
  let classes: Set<String>

  /// - Parameter labels: of its model.
  public init(
    inbox: String, output: FilePath, review: FilePath, quarantine: FilePath, none: FilePath?,
    template: DestinationTemplate, labels: Set<String>, classNames: [String: String]
  ) {
    self.inbox = inbox
    self.output = output
    self.review = review
    self.quarantine = quarantine
    self.none = none
    self.template = template
    self.classNames = classNames
    classes = Set(labels.map(template.shown)).union(classNames.values)
  }

  private var roots: [FilePath] { [output, review, quarantine] + (none.map { [$0] } ?? []) }

  public func place(of path: FilePath) -> Place? { Self.place(of: path, in: roots) }

  /// The place of an absolute path below the innermost of some roots; nil outside of them.
  public static func place(of path: FilePath, in roots: [FilePath]) -> Place? {
    let root = roots.filter { path.starts(with: $0) && path != $0 }.max { $0.length < $1.length }
    guard let root else { return nil }
    var relative = path
    return relative.removePrefix(root) ? Place(root: root, relative: relative) : nil
  }

  /// What a place says about a picture that lies there.
  public enum Standing: Hashable, Sendable {
    case inClass(ClassFolder)
    case inReview
    case inQuarantine
    /// Below the output, and in no class folder.
    case unsorted
  }

  public func standing(of place: Place) -> Standing {
    if place.root == review || place.root == none { return .inReview }
    if place.root == quarantine { return .inQuarantine }
    let folder = place.relative.removingLastComponent()
    guard let whole = template.classFolder(of: folder) else { return .unsorted }
    if classes.contains(whole.label) { return .inClass(whole) }
    // A folder that a person made in that of a class is in this class, unless it is a class of its own.
    var above = whole.folder
    while above.removeLastComponent(), let outer = template.classFolder(of: above) {
      if classes.contains(outer.label) { return .inClass(outer) }
    }
    return .inClass(whole)
  }
}

extension OutputLayout {
  /// Whether two class folders are of one class: by its old name and its new one, or as folders that a person made in
  /// that of a class that no model knows.
  fileprivate func isSame(_ before: ClassFolder, as now: ClassFolder) -> Bool {
    (classNames[before.label] ?? before.label) == now.label || before.label == now.label
      || !classes.contains(now.label)
        && (now.folder.starts(with: before.folder) || before.folder.starts(with: now.folder))
  }
}

/// Decides what people's moves mean. Pure: files, ledger and clock were looked at before.
public enum CorrectionPolicy {
  /// What is known of inboxes and folders.
  public struct Surroundings: Sendable {
    /// Of every inbox. A picture's own comes first where several have the place.
    public var layouts: [OutputLayout]
    /// When the folder at an absolute path was made; nil where there is none.
    public var born: @Sendable (FilePath) -> Timestamp?

    public init(layouts: [OutputLayout], born: @escaping @Sendable (FilePath) -> Timestamp?) {
      self.layouts = layouts
      self.born = born
    }

    func layout(for inbox: String, holding path: FilePath) -> (OutputLayout, Place)? {
      let own = layouts.filter { $0.inbox == inbox } + layouts.filter { $0.inbox != inbox }
      for layout in own { if let place = layout.place(of: path) { return (layout, place) } }
      return nil
    }
  }

  public static func judge(
    _ strays: [Stray], _ pictures: [SoughtPicture], _ surroundings: Surroundings
  ) -> [RecognisedMove] {
    let known = StrayMatching.match(strays, with: pictures)
    var renamings: [FolderPair: ClassRenaming] = [:]
    for (pair, moves) in Dictionary(grouping: known, by: { FolderPair($0, surroundings) }) {
      if let pair, let renaming = renaming(pair, moves, surroundings) { renamings[pair] = renaming }
    }
    return known.compactMap { known in
      if let pair = FolderPair(known, surroundings), let renaming = renamings[pair] {
        return RecognisedMove(known: known, meaning: .followed(renaming))
      }
      return meaning(of: known, surroundings).map { RecognisedMove(known: known, meaning: $0) }
    }
  }

  private static func meaning(of known: KnownStray, _ surroundings: Surroundings) -> PersonsMove? {
    let picture = known.picture.record
    let destination = known.stray.place.absolute
    guard let (layout, place) = surroundings.layout(for: picture.inbox, holding: destination) else { return nil }
    let source = surroundings.layout(for: picture.inbox, holding: picture.place.absolute)
    let from = source.map { $0.0.standing(of: $0.1) }
    switch layout.standing(of: place) {
    case .inReview:
      // The whole folder that held it was renamed, or it got another name: nobody changed their mind.
      return from == .inReview ? .kept : .toReview
    case .inQuarantine, .unsorted: return .kept
    case .inClass(let now):
      if case .inClass(let before) = from, layout.isSame(before, as: now) { return .kept }
      // A review folder that was renamed as a whole sorts nothing.
      if from == .inReview || from == .inQuarantine, known.stray.isUntouched(since: picture) { return .kept }
      if let sorted = known.picture.sortedTo,
        let (layout, place) = surroundings.layout(
          for: picture.inbox, holding: sorted.absolute), case .inClass(let chosen) = layout.standing(of: place),
        layout.classNames[chosen.label] ?? chosen.label == now.label
      {
        return .putBack(label: now.label)
      }
      return .corrected(label: now.label)
    }
  }

  /// Two class folders between which pictures moved without changing their place inside.
  private struct FolderPair: Hashable {
    var inbox: String
    var root: FilePath
    var from: ClassFolder
    var to: ClassFolder

    init?(_ known: KnownStray, _ surroundings: Surroundings) {
      let picture = known.picture.record
      guard
        let (source, before) = surroundings.layout(for: picture.inbox, holding: picture.place.absolute),
        let (target, after) = surroundings.layout(for: picture.inbox, holding: known.stray.place.absolute),
        source.inbox == target.inbox, before.root == source.output, after.root == source.output,
        case .inClass(let from) = source.standing(of: before)
      else { return nil }
      var inside = before.relative
      guard inside.removePrefix(from.folder) else { return nil }
      let now = Array(after.relative.components)
      let outside = now.dropLast(inside.components.count)
      let folder = FilePath(root: nil, outside)
      guard FilePath(root: nil, now[outside.endIndex...]) == inside,
        let to = source.template.classFolder(of: folder), to.folder == folder, to.label != from.label
      else { return nil }
      (inbox, root, self.from, self.to) = (source.inbox, source.output, from, to)
    }
  }

  /// A folder was renamed where a file came along untouched, which no other move does, and its old name is free, or was
  /// made anew since. Under the name of another class that the model knows every picture counts for itself.
  private static func renaming(
    _ pair: FolderPair, _ moves: [KnownStray], _ surroundings: Surroundings
  ) -> ClassRenaming? {
    guard moves.contains(where: { $0.stray.isUntouched(since: $0.picture.record) }),
      isGone(pair.root.pushing(pair.from.folder), moves, surroundings),
      let layout = surroundings.layouts.first(where: { $0.inbox == pair.inbox })
    else { return nil }
    let own = layout.classNames.first { $0.value == pair.from.label }?.key
    // A name that people gave is this class's own: its first pictures have come that way before.
    let isTaken =
      layout.classes.contains(pair.to.label) && !layout.classNames.values.contains(pair.to.label)
      && pair.to.label != own.map(layout.template.shown)
    return isTaken ? nil : ClassRenaming(inbox: pair.inbox, from: pair.from.label, to: pair.to.label)
  }

  private static func isGone(_ folder: FilePath, _ moves: [KnownStray], _ surroundings: Surroundings) -> Bool {
    guard let born = surroundings.born(folder) else { return true }
    return moves.allSatisfy { $0.picture.record.time < born }
  }
}
