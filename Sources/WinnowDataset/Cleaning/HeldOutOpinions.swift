/// What heads say of pictures that they have not seen.
struct HeldOutOpinions {
  /// The classes, by name.
  let classes: [String]
  /// One for each picture that was compared; nil where there is none.
  let opinions: [LabelDoubts.Opinion?]

  /// - Parameters:
  ///   - features: of the pictures in order.
  ///   - labels: the names of their classes; nil for those without.
  ///   - groups: equal numbers show the same.
  init(_ features: FeatureSpill, labels: [[UInt8]?], groups: [Int]) {
    let names = Set(labels.compactMap { $0 }).sorted { $0.lexicographicallyPrecedes($1) }
    let indices = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    classes = names.map { String(decoding: $0, as: UTF8.self) }
    var heads = HeldOutHeads(
      features: features, labels: labels.map { $0.flatMap { indices[$0] } }, groups: groups, classCount: names.count)
    opinions = heads.opinions()
  }
}
