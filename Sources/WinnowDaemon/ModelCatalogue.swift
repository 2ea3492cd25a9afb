import SystemPackage
import WinnowBundle
import WinnowConfig
import WinnowCore
import WinnowEvaluation
import WinnowPipeline
import WinnowSupervision

/// The models of the library as the pipeline asks for them. Lives on the pipeline's queue.
///
/// Remembers what it resolved until `changed` says that the library is another, so that a picture costs no look at the
/// disk.
final class ModelCatalogue {
  let library: ModelLibrary
  private let cache: FilePath
  private let programs: ProgramLocation
  var engine: EngineConfiguration
  private var served: [ModelReference: ServedModel] = [:]

  init(library: ModelLibrary, cache: FilePath, programs: ProgramLocation, engine: EngineConfiguration) {
    self.library = library
    self.cache = cache
    self.programs = programs
    self.engine = engine
  }

  func served(_ reference: ModelReference) throws(WinnowError) -> ServedModel {
    if let model = served[reference] { return model }
    let bundle = try library.bundle(reference)
    let answers = try OutOfFoldAnswers(of: bundle)
    // A promise is about what is sorted, and what is unfamiliar is not.
    let least = bundle.manifest.familiarity?.cut
    let model = ServedModel(
      version: bundle.model, labels: bundle.manifest.classes,
      acceptance: answers.map { AcceptanceCounts($0.outcomes(leastFamiliarity: least)) }, leastFamiliarity: least)
    served[reference] = model
    return model
  }

  /// The only model there is, for a picture that names none.
  func onlyModel() throws(WinnowError) -> ModelReference {
    let names = try library.names()
    guard let name = names.first else {
      throw WinnowError(.notFound, "there is no model yet", remedy: "import one: winnowctl model import")
    }
    guard names.count == 1 else {
      throw WinnowError(
        .invalidInput, "there are several models: \(names.joined(separator: ", "))", remedy: "choose with --model NAME")
    }
    return ModelReference(name: name, version: nil)
  }

  /// The library changed.
  ///
  /// - Returns: versions that answered until now and do so no more.
  func changed() -> [ModelVersion] {
    let before = Set(served.values.map(\.version))
    let references = served.keys
    served.removeAll()
    for reference in references { _ = try? self.served(reference) }
    return Array(before.subtracting(served.values.map(\.version)))
  }

  /// How to start the worker for one version.
  func launch(_ version: ModelVersion) throws(WinnowError) -> WorkerLaunch {
    let (_, path) = try library.resolve(ModelReference(name: version.name, version: version.version))
    var arguments = [CommandArgument("--bundle"), CommandArgument(path), "--cache", CommandArgument(cache)]
    // Where the bundle has no int8 network full precision serves, and status says which.
    arguments += ["--precision", CommandArgument(engine.precision.rawValue)]
    arguments += ["--threads", CommandArgument(engine.threads.map(String.init) ?? "auto")]
    arguments += ["--memory-limit", CommandArgument("\(engine.memoryLimit)")]
    arguments += ["--nice", CommandArgument("\(engine.nice)")]
    return WorkerLaunch(executable: try programs.path(of: .worker), arguments: arguments)
  }
}
