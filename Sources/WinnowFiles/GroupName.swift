import WinnowCore

/// The name of a picture whose companions bear its stem, so that all of them get one number: `IMG_1-2.jpg`,
/// `IMG_1-2.NEF`, `IMG_1-2.NEF.xmp`.
struct GroupName {
  private let stem: [UInt8]
  private let ending: [UInt8]
  /// What follows the stem in the names of the companions at hand.
  private let companionEndings: [[UInt8]]

  /// - Parameter companions: the names of those that go with it; they share its stem.
  init(_ name: [UInt8], companions: [[UInt8]]) {
    stem = CompanionName.stem(of: name)
    ending = Array(name.dropFirst(stem.count))
    let length = stem.count
    companionEndings = companions.map { Array($0.dropFirst(length)) }
  }

  /// The picture's name under a number; 1 is the name itself.
  func numbered(_ number: Int) -> [UInt8] { numberedStem(number) + ending }

  /// What has to be free as well, so that nothing comes to lie beside it that would seem to go with it, and all that is
  /// at hand can follow.
  func claimed(_ number: Int) -> [[UInt8]] {
    let stem = numberedStem(number)
    let name = stem + ending
    guard !companionEndings.isEmpty else { return CompanionName.companions(of: name) }
    return companionEndings.map { stem + $0 } + CompanionName.members(stem: stem).filter { $0 != name }
  }

  private func numberedStem(_ number: Int) -> [UInt8] {
    let longest = max(ending.count, companionEndings.map(\.count).max() ?? 0)
    return TakenName.numbered(stem: stem, number, room: longest)
  }

  /// The name of a companion beside its picture, wherever that has gone and whatever it is called there.
  static func name(of companion: [UInt8], beside picture: [UInt8]) -> [UInt8] {
    CompanionName.stem(of: picture) + companion.dropFirst(CompanionName.stem(of: companion).count)
  }
}
