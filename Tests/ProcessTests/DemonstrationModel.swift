import Glibc

/// The model of colours, imported once through a daemon; each test gets a copy of that library.
final class DemonstrationModel: Sendable {
  /// Made by the first test that asks.
  static let imported: Result<DemonstrationModel, any Error> = Result { try DemonstrationModel() }

  /// Where `winnow-lab --demonstration-model` wrote `colours.onnx` and `colours.txt`.
  var files: String { library + "/files" }
  private let library: String

  private init() throws {
    let folder = try TemporaryFolder()
    library = folder.path + "/kept"
    let winnow = try Winnow(hasModel: false)
    try Files.makeFolder(library)
    try Self.run(Programs.lab, ["--demonstration-model", files])
    try winnow.start()
    let answer = try Self.importModel(files, into: winnow)
    guard answer.status == 0 else {
      throw Program.Failure(description: "the import failed: \(answer.errors) \(winnow.log)")
    }
    try winnow.put(Picture.png(.red, 0), "first.png")
    // The first picture starts the worker, and that writes the model's cache, which every test then has.
    try winnow.waitUntilIdle()
    try Deadline(seconds: 60).wait(for: "the cache of the compiled model", pause: 50) {
      winnow.children("winnow-worker").count < 2 && !Files.names(in: winnow.state + "/cache").isEmpty
    }
    try winnow.stop()
    for part in ["models", "cache"] { try Self.run("cp", ["-a", winnow.state + "/" + part, library]) }
    Self.endsWithTheTests(folder)
  }

  /// Imports the demonstration model once more, as another version of it.
  static func importModel(_ files: String, into winnow: Winnow, name: String = "colours") throws -> Winnow.Answer {
    try winnow.control(
      "model", "import", files + "/colours.onnx", "--labels", files + "/colours.txt", "--name", name, "--mean",
      "0,0,0", "--std", "1,1,1", "--resize", "64", "--crop", "64")
  }

  func install(into state: String) throws {
    try Files.makeFolder(state)
    for part in ["models", "cache"] { try Self.run("cp", ["-a", library + "/" + part, state]) }
  }

  private static func run(_ program: String, _ arguments: [String]) throws {
    let status = try Program(program, arguments).wait(seconds: 60)
    guard status == 0 else { throw Program.Failure(description: "\(program) \(arguments) ended with \(status)") }
  }

  /// Nobody owns what lives as long as the process, so its folder is removed at the end.
  private static func endsWithTheTests(_ folder: TemporaryFolder) {
    let unowned = Unmanaged.passRetained(folder)
    keptFolder = unowned
    atexit { DemonstrationModel.keptFolder?.release() }
  }

  /// Written once, by the one initialisation there is, and read as the process ends.
  private nonisolated(unsafe) static var keptFolder: Unmanaged<TemporaryFolder>?
}
