import SystemPackage
import WinnowBundle
import WinnowCore
import WinnowSupervision

/// Compiles a published model for this machine, so that it loads fast the first time.
struct CompilingAhead {
  let library: ModelLibrary
  /// Nil compiles nothing.
  let cache: FilePath?
  let worker: WorkerTask

  /// - Returns: What went wrong, which the worker mends by itself later: without a cache it loads more slowly.
  func compile(_ model: ModelVersion) -> String? {
    guard let cache else { return nil }
    do {
      let (_, path) = try library.resolve(ModelReference(name: model.name, version: model.version))
      _ = try worker.run(["--compile", "--bundle", CommandArgument(path), "--cache", CommandArgument(cache)])
      return nil
    } catch {
      return "\(model) could not be compiled ahead and will load more slowly: \(error.message)"
    }
  }
}
