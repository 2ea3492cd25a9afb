import SystemPackage
import WinnowBundle
import WinnowCore
import WinnowDataset
import WinnowFiles
import WinnowSupervision

/// The pictures of a folder, looked at once: which class each is of, which belong together, and what the backbone sees
/// in it and in its mirror image.
struct TaughtPictures {
  /// Labels of the classes, sorted by their bytes.
  let labels: [String]
  let pictures: [TrainingPlan.Picture]
  /// Index in the folder's files of each picture.
  let files: [Int]
  /// Two rows a picture, its crop and the mirrored one.
  let features: FeatureMatrix
  let rejects: Int
  let warnings: [String]

  /// - Throws: `.oneClass`; `.notFound` where there are no pictures; `.notTrainable` where the model gives no feature;
  ///   what looking says; `.jobCancelled`.
  init(
    in folder: DatasetFolder, by looker: some PictureLooking, cancellation: Cancellation,
    report: (Double, String) -> Void
  ) throws(WinnowError) {
    guard folder.layout != .oneClass else {
      throw WinnowError(
        .oneClass, "\(folder.root.path.escaped) holds no folders that could be classes",
        remedy: "make a folder a class, at least two, and put the pictures into them")
    }
    var features: FeatureMatrix?
    var fault: WinnowError?
    let survey = try DatasetSurvey(
      of: folder, by: looker, wishing: LookWishes(mirroredFeature: true), cancellation: cancellation, report: report
    ) { (_, outcome) throws(WinnowError) in
      guard case .looked(let look, _) = outcome else { return }
      let matrix = features ?? FeatureMatrix(width: max(1, look.feature.count))
      features = matrix
      guard !look.feature.isEmpty, look.feature.count == matrix.width, look.mirroredFeature.count == matrix.width else {
        fault = fault ?? Self.noFeature
        throw Self.noFeature
      }
      matrix.append(look.feature)
      matrix.append(look.mirroredFeature)
    }
    let kinship = PictureKinship(survey)
    var (names, kept): (Set<String>, [(picture: Int, label: String)]) = ([], [])
    for (index, picture) in survey.pictures.enumerated() {
      guard let bytes = folder.files[Int(picture.file)].label else { continue }
      let label = try Self.label(bytes)
      names.insert(label)
      kept.append((index, label))
    }
    guard let features, !kept.isEmpty else {
      throw WinnowError(
        .notFound, "there is no picture to learn from in \(folder.root.path.escaped)",
        remedy: "see what its files are with winnowctl dataset info")
    }
    let labels = names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    guard labels.count > 1 else {
      throw WinnowError(
        .oneClass, "there are pictures of \"\(labels[0])\" alone", remedy: "add a folder of what is something else")
    }
    let numbers = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    // Rows of pictures that lie in no class are there, but nobody asks for them.
    self.features = features
    self.labels = labels
    files = survey.pictures.map { Int($0.file) }
    pictures = survey.pictures.enumerated().map { index, picture in
      let file = folder.files[Int(picture.file)]
      let first = folder.files[Int(survey.pictures[kinship.groups[index]].file)]
      let label = file.label.map { String(decoding: $0, as: UTF8.self) }
      return TrainingPlan.Picture(
        label: label.flatMap { numbers[$0] } ?? -1, digest: picture.digest, group: kinship.groups[index],
        part: file.part, key: first.path.bytes)
    }
    rejects = survey.rejects.count
    let empty = Set(folder.classFolders.map { String(decoding: $0.label, as: UTF8.self) }).subtracting(names)
    warnings = empty.sorted().map { "the folder \"\($0)\" holds no picture that can be read, and is no class" }
  }

  private static func label(_ bytes: [UInt8]) throws(WinnowError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw WinnowError(
        .invalidInput, "the name of the class folder \(FilePath(bytes: bytes).escaped) is no UTF-8",
        remedy: "give it another name")
    }
    return text
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
