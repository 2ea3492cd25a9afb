import FoundationEssentials
import Glibc
public import SystemPackage
public import WinnowBundle
public import WinnowControlAPI
public import WinnowCore
import WinnowDataset
import WinnowEvaluation
import WinnowFiles
public import WinnowImport
public import WinnowSupervision

/// Tests a model on pictures whose classes are known, through the worker that serves it, and writes a report.
public struct ModelEvaluation {
  /// Pictures that the report shows of each kind; chosen.
  private static let mostShown = 24
  private static let thumbnailSide = 192

  private let library: ModelLibrary
  private let worker: FilePath
  private let cancellation: Cancellation
  private let report: (Double, String) -> Void

  /// - Parameters:
  ///   - worker: The program winnow-worker.
  ///   - report: Called with 0 to 1 and what is being done.
  public init(
    in library: ModelLibrary, worker: FilePath, cancellation: Cancellation, report: @escaping (Double, String) -> Void
  ) {
    self.library = library
    self.worker = worker
    self.cancellation = cancellation
    self.report = report
  }

  /// What came of each picture that could be tested.
  private struct Tested {
    /// Place among the pictures that were handed in.
    var index: Int
    var picture: TestedPicture
    var isTaught: Bool
    /// −1 to 1; nil where the model cannot tell.
    var familiarity: Double?
  }

  /// - Parameters:
  ///   - folder: What the report calls the pictures' place.
  ///   - output: The folder for the report; made where it is missing, its older report replaced.
  ///   - other: A model to compare with on the same pictures.
  ///   - foreign: Pictures of what the model was never taught.
  /// - Throws: `.notFound` where no picture is of a class that the model knows; what reading and writing say;
  ///   `.jobCancelled`.
  public func run(
    _ reference: ModelReference, on pictures: TrialPictures, of folder: FilePath, into output: FilePath,
    against other: ModelReference? = nil, foreign: TrialPictures? = nil
  ) throws(WinnowError) -> EvaluateReply {
    let bundle = try library.bundle(reference)
    let otherBundle = try other.map { (other) throws(WinnowError) in try library.bundle(other) }
    let labels = bundle.manifest.classes
    let place = try OutputFolder(output)
    let known = (0..<pictures.count).filter { !pictures.right($0).isEmpty }
    guard !known.isEmpty else {
      throw WinnowError(
        .notFound, "no folder in \(folder.escaped) is called as a class of \(bundle.model) is",
        remedy: "call the folders as `winnowctl model show \(bundle.model.name)` calls the classes")
    }
    var (tested, served, rate) = try classify(known, of: pictures, by: bundle)
    guard !tested.isEmpty else {
      throw WinnowError(.notFound, "no picture in \(folder.escaped) could be read", remedy: "look at its files")
    }
    try group(&tested, pictures)
    let comparison = try otherBundle.map { (other) throws(WinnowError) in
      try compare(tested, pictures, labels, with: other)
    }

    let foreignFigures = try foreign.flatMap { (foreign) throws(WinnowError) in
      try self.foreign(foreign, beside: tested, by: bundle)
    }

    report(0.85, "drawing")
    var figures = TestFigures(tested.map(\.picture), labels: labels, seed: 0)
    figures.model = bundle.model.description
    figures.folder = folder.escaped
    figures.time = Timestamp.now().rfc3339
    figures.precisionServed = served
    figures.imagesPerSecond = rate
    figures.comparison = comparison?.figures
    figures.foreign = foreignFigures
    let familiar = tested.compactMap(\.familiarity)
    if let least = bundle.manifest.familiarity?.cut, !familiar.isEmpty {
      figures.familiar = Share(familiar.count { $0 >= least }, of: familiar.count).estimate
    }
    figures.leaks = tested.filter(\.isTaught).map { pictures.name($0.index) }
    figures.untested = ["no_such_class": pictures.count - known.count, "unreadable": known.count - tested.count]
      .filter { $0.value > 0 }
    var warnings: [String] = []
    if !figures.leaks.isEmpty {
      warnings.append(
        "\(figures.leaks.count) of the tested pictures taught the model, so the figures are better than it is")
    }
    for (reason, count) in figures.untested.sorted(by: { $0.key < $1.key }) {
      warnings.append(
        reason == "unreadable"
          ? "\(count) files could not be read" : "\(count) files lie in folders that are no class of the model")
    }
    if foreign != nil, foreignFigures == nil { warnings.append("no foreign picture could be read") }
    if let other, comparison?.figures == nil {
      warnings.append("\(other) knows no class of the tested pictures, so there is nothing to compare")
    }
    let changed = try comparison.map { (comparison) throws(WinnowError) in
      ReportPage.Changed(
        better: try shown(comparison.better, pictures, labels), worse: try shown(comparison.worse, pictures, labels))
    }
    warnings += try write(figures, tested, pictures, labels, warnings, changed, to: place)
    report(1, "\(bundle.model) is tested")
    return EvaluateReply(
      model: bundle.model.description, output: output, pictures: tested.count, accuracy: Self.figure(figures.accuracy),
      macroF1: Self.figure(figures.macroF1), calibrationError: figures.calibrationError, imagesPerSecond: rate,
      leaks: figures.leaks.count, warnings: warnings,
      comparison: comparison?.figures.map {
        EvaluateReply.Comparison(
          model: $0.model, pictures: $0.count, difference: Self.figure($0.difference), won: $0.won, lost: $0.lost,
          p: $0.p)
      })
  }

  private static func figure(_ estimate: Estimate) -> TrainReply.Figure {
    TrainReply.Figure(value: estimate.value, low: estimate.low, high: estimate.high)
  }

  // MARK: - Steps

  /// Has the model classify pictures of what it was never taught.
  private func foreign(
    _ foreign: TrialPictures, beside tested: [Tested], by bundle: ModelBundle
  ) throws(WinnowError) -> ForeignFigures? {
    var answers: [ForeignFigures.Answer] = []
    _ = try TrialClassifying(program: worker, pictures: foreign, cancellation: cancellation).run(
      Array(0..<foreign.count), through: bundle.path, precision: "auto",
      progress: { report(0.84 + 0.01 * $0, "classifying foreign pictures") }
    ) { _, answer in
      answers.append(ForeignFigures.Answer(probability: answer.probability, familiarity: answer.familiarity))
    }
    return ForeignFigures(
      own: tested.map { ForeignFigures.Answer(probability: $0.picture.probability, familiarity: $0.familiarity) },
      foreign: answers, leastFamiliarity: bundle.manifest.familiarity?.cut)
  }

  /// What a comparison found. Pictures are those of the tested model.
  private struct Compared {
    var figures: ComparisonFigures?
    /// That the tested model alone has right, and that the other alone has; the surest first.
    var better: [Tested] = []
    var worse: [Tested] = []
  }

  /// Has the other model classify the same pictures. Classes are the same where their names are.
  private func compare(
    _ tested: [Tested], _ pictures: TrialPictures, _ labels: [String], with other: ModelBundle
  ) throws(WinnowError) -> Compared {
    let otherLabels = other.manifest.classes
    let known = Set(otherLabels)
    let entries = tested.filter { pictures.right($0.index).contains { known.contains(labels[$0]) } }
    let places = Dictionary(uniqueKeysWithValues: entries.map { ($0.index, $0) })
    var compared = Compared()
    var pairs: [ComparisonFigures.Pair] = []
    _ = try TrialClassifying(program: worker, pictures: pictures, cancellation: cancellation).run(
      entries.map(\.index), through: other.path, precision: "auto",
      progress: { report(0.8 + 0.05 * $0, "classifying with \(other.model)") }
    ) { index, answer in
      guard let entry = places[index] else { return }
      let right = Set(pictures.right(index).map { labels[$0] })
      let isRightBefore = right.contains(otherLabels[answer.best])
      pairs.append(
        ComparisonFigures.Pair(
          label: labels[entry.picture.right], isRightBefore: isRightBefore, isRightAfter: entry.picture.isRight))
      if entry.picture.isRight, !isRightBefore { compared.better.append(entry) }
      if !entry.picture.isRight, isRightBefore { compared.worse.append(entry) }
    }
    for list in [\Compared.better, \Compared.worse] {
      let surest = compared[keyPath: list].sorted { $0.picture.probability > $1.picture.probability }
      compared[keyPath: list] = Array(surest.prefix(Self.mostShown))
    }
    compared.figures = ComparisonFigures(
      with: other.model.description, pairs, left: tested.count - entries.count)
    return compared
  }

  private func classify(
    _ indices: [Int], of pictures: TrialPictures, by bundle: ModelBundle
  ) throws(WinnowError) -> ([Tested], precision: String?, rate: Double) {
    let taught = try TaughtDigests(of: bundle)
    let temperature = bundle.manifest.temperature
    var tested: [Tested] = []
    // From the first answer on, so that starting the worker does not count.
    var began: ContinuousClock.Instant?
    let served = try TrialClassifying(program: worker, pictures: pictures, cancellation: cancellation).run(
      indices, through: bundle.path, precision: "auto", wantsLogits: true,
      progress: { report(0.6 * $0, "classifying") }
    ) { index, answer in
      began = began ?? .now
      let right = pictures.right(index)
      let shares = Self.probabilities(answer.logits, temperature)
      let best = shares.indices.sorted { shares[$0] != shares[$1] ? shares[$0] > shares[$1] : $0 < $1 }.prefix(5)
      let isRight = right.contains(answer.best)
      tested.append(
        Tested(
          index: index,
          picture: TestedPicture(
            right: isRight ? answer.best : right.min() ?? 0, answered: answer.best, probability: answer.probability,
            rightProbability: min(1, right.reduce(0) { $0 + shares[$1] }),
            isInBestFive: best.contains(where: right.contains), group: tested.count),
          isTaught: taught.contains(answer.digest), familiarity: answer.familiarity))
    }
    let seconds = began.map { (ContinuousClock.now - $0) / .seconds(1) } ?? 0
    return (tested, served, seconds > 0 ? Double(tested.count) / seconds : 0)
  }

  private static func probabilities(_ logits: [Float], _ temperature: Double) -> [Double] {
    let largest = Double(logits.max() ?? 0)
    let powers = logits.map { exp((Double($0) - largest) / temperature) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// Finds which pictures show the same, so that intervals do not count one scene ten times.
  private func group(_ tested: inout [Tested], _ pictures: TrialPictures) throws(WinnowError) {
    let indices = tested.map(\.index)
    let looker = WorkerLooking(program: worker, bundle: nil, cancellation: cancellation)
    let survey = try DatasetSurvey(
      of: Self.subjects(indices, of: pictures), count: indices.count, by: looker, wishing: LookWishes(),
      cancellation: cancellation, report: { report(0.6 + 0.2 * $0, $1) }, each: { _, _ in })
    let kinship = PictureKinship(survey)
    for (index, picture) in survey.pictures.enumerated() {
      tested[Int(picture.file)].picture.group = Int(survey.pictures[kinship.groups[index]].file)
    }
  }

  private static func subjects(_ indices: [Int], of pictures: TrialPictures) -> some Sequence<LookSubject> {
    indices.lazy.map { index in
      LookSubject(name: pictures.name(index)) { () throws(WinnowError) in try pictures.open(index) }
    }
  }

  private func shown(
    _ chosen: [Tested], _ pictures: TrialPictures, _ labels: [String]
  ) throws(WinnowError) -> [ReportPage.Shown] {
    var shown = chosen.map { entry in
      ReportPage.Shown(
        name: pictures.name(entry.index), right: labels[entry.picture.right], answered: labels[entry.picture.answered],
        probability: entry.picture.probability, thumbnail: [])
    }
    let looker = WorkerLooking(program: worker, bundle: nil, cancellation: cancellation)
    try looker.look(
      at: Self.subjects(chosen.map(\.index), of: pictures), LookWishes(thumbnailSide: Self.thumbnailSide)
    ) { index, outcome in
      if case .looked(let look, _) = outcome { shown[index].thumbnail = look.thumbnail }
    }
    return shown
  }

  /// - Returns: what could not be written, and does not matter to the figures.
  private func write(
    _ figures: TestFigures, _ tested: [Tested], _ pictures: TrialPictures, _ labels: [String], _ warnings: [String],
    _ changed: ReportPage.Changed?, to place: OutputFolder
  ) throws(WinnowError) -> [String] {
    let wrong = tested.filter { !$0.picture.isRight }.sorted { $0.picture.probability > $1.picture.probability }
    let doubtful = tested.sorted { $0.picture.probability < $1.picture.probability }
    let plots = TestPlots(figures)
    let page = ReportPage(
      figures: figures, plots: plots, mistakes: try shown(Array(wrong.prefix(Self.mostShown)), pictures, labels),
      doubtful: try shown(Array(doubtful.prefix(Self.mostShown)), pictures, labels), changed: changed,
      warnings: warnings)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json: [UInt8]
    do {
      json = Array(try encoder.encode(figures))
    } catch {
      throw WinnowError(.malformed, "the report cannot be written as JSON", cause: "\(error)")
    }
    try place.write(json, as: "report.json")
    var complaints: [String] = []
    for plot in plots.all {
      try place.write(Array(plot.svg.utf8), as: "\(plot.name).svg")
      if let complaint = place.rasterise(plot.name) { complaints = [complaint] }
    }
    try place.write(Array(page.html.utf8), as: "report.html")
    return complaints
  }
}
