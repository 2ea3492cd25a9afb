import Foundation
import SystemPackage
import WinnowBundle
import WinnowControlAPI
import WinnowCore
import WinnowSupervision
import WinnowTestSupport

@testable import WinnowImport

/// A library in a folder of its own, and imports into it.
final class ImportBench {
  let folder: TemporaryFolder
  let library: ModelLibrary
  let cancellation = Cancellation()
  private(set) var texts: [String] = []
  private(set) var shares: [Double] = []
  /// Called with what is reported.
  var onReport: (String) -> Void = { _ in }

  init() throws {
    folder = try TemporaryFolder()
    library = ModelLibrary(root: folder.path.appending("models"))
  }

  func run(
    _ request: ModelImportRequest, onnx: FilePath, worker: FilePath? = Surroundings.worker, cache: FilePath? = nil
  ) throws(WinnowError) -> ModelChangeReply {
    let importer = ModelImport(
      into: library, worker: worker ?? "/nonexistent", cache: cache, cancellation: cancellation,
      report: { share, text in
        self.shares.append(share)
        self.texts.append(text)
        self.onReport(text)
      })
    return try importer.run(request, onnx: onnx)
  }

  func run(_ network: SmallNetwork, named name: String = "small") throws -> ModelChangeReply {
    try run(
      ModelImportRequest(name: name, labels: SmallNetwork.classes),
      onnx: try folder.file("small.onnx", network.onnx()))
  }

  /// Everything in the library but its lock.
  var leftovers: [String] { folder.contents(of: "models").filter { $0 != ".lock" } }
}
