import FoundationEssentials
import WinnowBundle
import WinnowCore
import WinnowDataset

/// The pictures that the versions of a model are tested on, by the hashes of their bytes: kept in each version, so that
/// all are compared on the same pictures and none ever learns from them.
struct FrozenTest: Hashable {
  static let fileName = "test.json"

  /// The class of each picture, by the SHA-256 of its bytes, hexadecimal.
  private(set) var labels: [String: String]

  init(labels: [String: String] = [:]) { self.labels = labels }

  /// What the newest version of a model that was tested at all is tested on; nothing where there is none.
  ///
  /// - Throws: what reading it says.
  init(of name: String, in library: ModelLibrary) throws(WinnowError) {
    labels = [:]
    for version in try library.versions(of: name).reversed() {
      let bundle = try library.bundle(ModelReference(name: name, version: version))
      guard bundle.manifest.files[Self.fileName] != nil else { continue }
      let bytes = try bundle.contents(of: Self.fileName)
      do {
        labels = try JSONDecoder().decode(Stored.self, from: Data(bytes)).pictures
      } catch {
        throw WinnowError(
          .malformed, "\(bundle.model) does not say what it was tested on", remedy: "remove that version",
          cause: "\(error)")
      }
      return
    }
  }

  private struct Stored: Codable {
    var schema = 1
    var pictures: [String: String]
  }

  var isEmpty: Bool { labels.isEmpty }
  /// Labels of the classes that are tested.
  var classes: Set<String> { Set(labels.values) }

  func contains(_ digest: DatasetSurvey.Digest) -> Bool { labels[digest.hex] != nil }

  mutating func add(_ digest: DatasetSurvey.Digest, of label: String) { labels[digest.hex] = label }

  func json() throws(WinnowError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    do {
      return Array(try encoder.encode(Stored(pictures: labels)))
    } catch {
      throw WinnowError(.malformed, "the test cannot be written as JSON", cause: "\(error)")
    }
  }
}
