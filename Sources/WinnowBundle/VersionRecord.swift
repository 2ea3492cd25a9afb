import FoundationEssentials
import SystemPackage
import WinnowCore

/// What the library remembers about a model beside its versions, in `versions.json`: the last number given, so that no
/// number ever means two models, and the order of promotions, for rollback.
///
/// Which version is live says the link `current` alone. A crash between switching it and writing this file leaves a
/// record that is read correctly all the same: what stands before the last entry of the live version is its past.
struct VersionRecord: Codable {
  static let fileName = "versions.json"

  var schema = 1
  var lastVersion = 0
  /// Oldest first.
  var promotions: [Int] = []

  init() {}

  init(in folder: FilePath) throws(WinnowError) {
    let path = folder.appending(Self.fileName)
    guard BundleStorage.exists(path) else { return }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(try BundleStorage.read(path, atMost: 16 << 20)))
    } catch let error as WinnowError {
      throw error
    } catch {
      throw WinnowError(
        .malformed, "\(path.escaped) cannot be read",
        remedy: "remove it; the order of past promotions is lost, the models are not", cause: "\(error)")
    }
  }

  func write(to folder: FilePath) throws(WinnowError) {
    try BundleStorage.replace(folder.appending(Self.fileName), with: try BundleJSON.encode(self))
  }

  mutating func promoted(_ version: Int, over current: Int?) {
    if let current {
      let past = promotions.lastIndex(of: current).map { promotions[...$0] } ?? [current]
      promotions = Array(past)
    }
    promotions.append(version)
  }

  /// The live versions before `current`, latest first.
  func past(of current: Int) -> [Int] {
    guard let index = promotions.lastIndex(of: current) else { return [] }
    return promotions[..<index].reversed()
  }
}
