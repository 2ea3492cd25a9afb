import WinnowCore
import WinnowDataset

/// Which pictures teach, and which are kept back to test what was learnt. Pure: the same pictures, frozen test and seed
/// give the same plan.
///
/// Pictures that belong together are never on both sides. A picture whose bytes are among the frozen test tests again;
/// what belongs together with one, but is not one, is left out.
struct TrainingPlan {
  /// Of each class fewer groups than this are all needed to teach; chosen.
  static let fewestForTest = 4
  /// Of each class fewer groups than this teach nothing that could be judged.
  static let fewestGroups = 2

  /// What the plan is made of.
  struct Picture {
    /// Index of the class, -1 for a file in no class folder.
    var label: Int
    var digest: DatasetSurvey.Digest
    /// Equal for pictures that belong together.
    var group: Int
    /// Where the data set itself says so.
    var part: DatasetPart?
    /// Whether a person gave it its class in an inbox.
    var isSorted = false
    /// Bytes by which its group is told from others, whatever the order of the files.
    var key: [UInt8]
  }

  enum Role: Hashable {
    /// Teaches in all folds but this one, which judges it.
    case teaches(fold: Int)
    case tests
    /// One of the few corrections that show how well the newest pictures are told.
    case testsRecent
    case leftOut(Reason)
  }

  enum Reason: String, Hashable, CaseIterable {
    /// The same bytes as an earlier picture of its class.
    case copy
    /// The same bytes in two classes: nobody knows which is right.
    case twoClasses = "two_classes"
    /// It belongs together with a picture of the test.
    case nearTest = "near_test"
    /// It lies in no class folder.
    case noClass = "no_class"
  }

  /// One for each picture.
  private(set) var roles: [Role]
  private(set) var warnings: [String] = []
  /// Of the pictures that teach a head, those that a fine-tuning only judges itself by: half of fold 0.
  private(set) var validating: Set<Int> = []

  /// - Parameters:
  ///   - frozen: digests of the pictures that earlier versions were tested on, with their classes' labels known then.
  ///   - testShare: of the pictures that is to test, 0 to 0.5; of classes that no frozen picture shows.
  ///   - labels: of the classes, for messages.
  /// - Throws: `.tooFewPictures` for a class that nothing can be learnt of.
  init(
    _ pictures: [Picture], labels: [String], frozen: FrozenTest, testShare: Double, foldCount: Int, seed: UInt64
  ) throws(WinnowError) {
    roles = pictures.map { $0.label < 0 ? .leftOut(.noClass) : .teaches(fold: 0) }
    leaveOutCopies(pictures)
    keepFrozen(pictures, frozen)
    if testShare > 0 { holdOutRecent(pictures) }
    dealTest(pictures, known: Set(labels.indices.filter { frozen.classes.contains(labels[$0]) }), testShare, seed)
    leaveOutNearTest(pictures)
    try check(pictures, labels)
    dealFolds(pictures, foldCount, seed)
  }

  var teaching: [Int] { roles.indices.filter { if case .teaches = roles[$0] { true } else { false } } }
  var testingRecent: [Int] { roles.indices.filter { roles[$0] == .testsRecent } }
  var testing: [Int] { roles.indices.filter { roles[$0] == .tests } }
  func count(of reason: Reason) -> Int { roles.count { $0 == .leftOut(reason) } }

  private mutating func leaveOutCopies(_ pictures: [Picture]) {
    var first: [DatasetSurvey.Digest: Int] = [:]
    for (index, picture) in pictures.enumerated() where picture.label >= 0 {
      guard let earlier = first[picture.digest] else {
        first[picture.digest] = index
        continue
      }
      if pictures[earlier].label == picture.label {
        // A test that the data set itself made stays whole, and the copy that teaches goes.
        if picture.part == .test, pictures[earlier].part != .test {
          roles[earlier] = .leftOut(.copy)
          first[picture.digest] = index
        } else {
          roles[index] = .leftOut(.copy)
        }
      } else {
        roles[earlier] = .leftOut(.twoClasses)
        roles[index] = .leftOut(.twoClasses)
      }
    }
  }

  private mutating func keepFrozen(_ pictures: [Picture], _ frozen: FrozenTest) {
    for (index, picture) in pictures.enumerated() where roles[index] == .teaches(fold: 0) {
      if picture.part == .test || frozen.contains(picture.digest) { roles[index] = .tests }
    }
  }

  /// Five in a hundred of what people said, chosen by the bytes, so that they are held out of every later version too.
  private mutating func holdOutRecent(_ pictures: [Picture]) {
    for (index, picture) in pictures.enumerated() where picture.isSorted && roles[index] == .teaches(fold: 0) {
      if picture.digest.draw % 20 == 0 { roles[index] = .testsRecent }
    }
  }

  /// Deals groups of classes that were never tested.
  private mutating func dealTest(_ pictures: [Picture], known: Set<Int>, _ share: Double, _ seed: UInt64) {
    guard share > 0, !pictures.contains(where: { $0.part == .test }) else { return }
    // What people said lately is for learning, and has a test of its own.
    let groups = groups(pictures) { !known.contains(pictures[$0].label) && !pictures[$0].isSorted }
    guard !groups.isEmpty else { return }
    let assignment = SplitAssignment(
      groups.map { SplitAssignment.Group(key: $0.key, counts: $0.counts) }, shares: [1 - share, share], seed: seed)
    var testing = Set(groups.indices.filter { assignment.parts[$0] == 1 })
    // A class with few groups needs them all to teach.
    var groupCounts: [Int: Int] = [:]
    for group in groups { for label in group.counts.keys { groupCounts[label, default: 0] += 1 } }
    testing = testing.filter { group in
      groups[group].counts.keys.allSatisfy { groupCounts[$0, default: 0] >= Self.fewestForTest }
    }
    for group in testing { for index in groups[group].members { roles[index] = .tests } }
  }

  private mutating func leaveOutNearTest(_ pictures: [Picture]) {
    let tested = Set((testing + testingRecent).map { pictures[$0].group })
    for index in teaching where tested.contains(pictures[index].group) { roles[index] = .leftOut(.nearTest) }
  }

  private mutating func check(_ pictures: [Picture], _ labels: [String]) throws(WinnowError) {
    var groups = [Set<Int>](repeating: [], count: labels.count)
    for index in teaching { groups[pictures[index].label].insert(pictures[index].group) }
    let poor = labels.indices.filter { groups[$0].count < Self.fewestGroups }
    guard poor.isEmpty else {
      let names = poor.prefix(5).map { "\"\(labels[$0])\"" }.joined(separator: ", ")
      let more = poor.count > 5 ? " and \(poor.count - 5) more" : ""
      throw WinnowError(
        .tooFewPictures,
        "\(poor.count == 1 ? "the class" : "the classes") \(names)\(more) \(poor.count == 1 ? "has" : "have") fewer than "
          + "\(Self.fewestGroups) pictures to learn from that are no copies of each other",
        remedy: "add pictures, or take the folder away")
    }
    let untested = labels.indices.filter { label in !testing.contains { pictures[$0].label == label } }
    if !testing.isEmpty, !untested.isEmpty {
      warnings.append(
        "\(untested.count) classes have too few pictures to be tested: "
          + untested.prefix(5).map { labels[$0] }.joined(separator: ", "))
    }
  }

  private mutating func dealFolds(_ pictures: [Picture], _ count: Int, _ seed: UInt64) {
    let groups = groups(pictures) { _ in true }
    let assignment = SplitAssignment(
      groups.map { SplitAssignment.Group(key: $0.key, counts: $0.counts) },
      shares: Array(repeating: 1 / Double(count), count: count), seed: seed &+ 1)
    for (group, fold) in zip(groups, assignment.parts) {
      for index in group.members { roles[index] = .teaches(fold: fold) }
    }
    let judges = zip(groups, assignment.parts).filter { $0.1 == 0 }.map(\.0)
    let halves = SplitAssignment(
      judges.map { SplitAssignment.Group(key: $0.key, counts: $0.counts) }, shares: [0.5, 0.5], seed: seed &+ 2)
    for (group, half) in zip(judges, halves.parts) where half == 0 { validating.formUnion(group.members) }
  }

  private struct Group {
    var key: [UInt8]
    var members: [Int]
    var counts: [Int: Int]
  }

  /// What teaches so far, in groups.
  private func groups(_ pictures: [Picture], where isWanted: (Int) -> Bool) -> [Group] {
    var numbers: [Int: Int] = [:]
    var groups: [Group] = []
    for index in teaching where isWanted(index) {
      let picture = pictures[index]
      if let number = numbers[picture.group] {
        groups[number].members.append(index)
        groups[number].counts[picture.label, default: 0] += 1
      } else {
        numbers[picture.group] = groups.count
        groups.append(Group(key: picture.key, members: [index], counts: [picture.label: 1]))
      }
    }
    return groups
  }
}

extension WinnowError.Code {
  /// Nothing can be learnt from so few.
  static let tooFewPictures = Self("too_few_pictures")
}
