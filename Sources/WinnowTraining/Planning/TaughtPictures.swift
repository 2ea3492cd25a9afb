import SystemPackage
import WinnowBundle
import WinnowCore
import WinnowDataset
import WinnowSupervision

/// The pictures of a training, looked at once: which class each is of, which belong together, and what the backbone sees
/// in it and in its mirror image.
struct TaughtPictures {
  /// Labels of the classes, sorted by their bytes.
  let labels: [String]
  let pictures: [TrainingPlan.Picture]
  /// The place of each picture in the source.
  let places: [Int]
  /// Two rows a picture, its crop and the mirrored one.
  let features: FeatureMatrix
  let rejects: Int
  let warnings: [String]

  /// - Throws: `.oneClass`; `.notFound` where there are no pictures; `.notTrainable` where the model gives no feature;
  ///   what looking says; `.jobCancelled`.
  init(
    of source: TrainingSource, by looker: some PictureLooking, cancellation: Cancellation,
    report: (Double, String) -> Void
  ) throws(WinnowError) {
    var features: FeatureMatrix?
    let survey = try DatasetSurvey(
      of: source.subjects, count: source.count, by: looker, wishing: LookWishes(mirroredFeature: true),
      cancellation: cancellation, report: report
    ) { (_, outcome) throws(WinnowError) in
      guard case .looked(let look, _) = outcome else { return }
      let matrix = features ?? FeatureMatrix(width: max(1, look.feature.count))
      features = matrix
      guard look.feature.count == matrix.width, look.mirroredFeature.count == matrix.width else {
        throw Self.noFeature
      }
      matrix.append(look.feature)
      matrix.append(look.mirroredFeature)
    }
    let kinship = PictureKinship(survey)
    var labelOfPicture: [String?] = []
    for picture in survey.pictures { labelOfPicture.append(try source.label(Int(picture.file))) }
    let rare = Self.rareClasses(survey, source, labelOfPicture, kinship)
    for index in labelOfPicture.indices where labelOfPicture[index].map(rare.contains) ?? false {
      labelOfPicture[index] = nil
    }
    let names = Set(labelOfPicture.compactMap(\.self))
    guard let features, let first = names.first else {
      throw WinnowError(
        .notFound, "there is no picture to learn from", remedy: "see what the files are with winnowctl dataset info")
    }
    guard names.count > 1 else {
      throw WinnowError(
        .oneClass, "there are pictures of \"\(first)\" alone", remedy: "add pictures of what is something else")
    }
    let labels = names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    let numbers = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    // Rows of pictures that lie in no class are there, but nobody asks for them.
    self.features = features
    self.labels = labels
    places = survey.pictures.map { Int($0.file) }
    pictures = survey.pictures.enumerated().map { index, picture in
      TrainingPlan.Picture(
        label: labelOfPicture[index].flatMap { numbers[$0] } ?? -1, digest: picture.digest,
        group: kinship.groups[index], part: source.part(Int(picture.file)),
        isSorted: source.isSorted(Int(picture.file)),
        key: source.key(Int(survey.pictures[kinship.groups[index]].file)))
    }
    rejects = survey.rejects.count
    warnings =
      rare.sorted().map { "of \"\($0)\" people have named a single picture: it is not learnt yet" }
      + source.emptyClasses(besides: names).map {
        "the folder \"\($0)\" holds no picture that can be read, and is no class"
      }
  }

  /// Classes that people made by moving pictures, of which there are too few to learn from; that is no mistake of theirs.
  private static func rareClasses(
    _ survey: DatasetSurvey, _ source: TrainingSource, _ labels: [String?], _ kinship: PictureKinship
  ) -> Set<String> {
    var groups: [String: Set<Int>] = [:]
    var isInFolder: Set<String> = []
    for (index, label) in labels.enumerated() {
      guard let label else { continue }
      groups[label, default: []].insert(kinship.groups[index])
      if !source.isSorted(Int(survey.pictures[index].file)) { isInFolder.insert(label) }
    }
    return Set(groups.filter { $0.value.count < TrainingPlan.fewestGroups && !isInFolder.contains($0.key) }.keys)
  }

  private static let noFeature = WinnowError(
    .notTrainable, "the model gives no feature that a new head could be put on",
    remedy: "use another one; `winnowctl model show NAME` names the feature of those that have one")
}

extension WinnowError.Code {
  /// A classifier tells classes apart, so it takes two.
  static let oneClass = Self("one_class")
  static let notTrainable = Self("not_trainable")
}
