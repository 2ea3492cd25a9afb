internal import CWinnowTorch
internal import Glibc
public import SystemPackage
public import WinnowCore

/// LibTorch, loaded once by its C interface, libwinnow-torch.so.
///
/// `@unchecked Sendable`: a table of functions that never changes.
public final class TorchLibrary: @unchecked Sendable {
  let functions: wtorch_interface

  /// LibTorch's version.
  public var version: String { String(cString: functions.version) }

  /// Loads the library; what was loaded stays for the life of the process.
  ///
  /// - Throws: `.torchMissing` where it cannot be loaded or is of another build.
  public init(at path: FilePath) throws(WinnowError) {
    guard let handle = dlopen(path.string, RTLD_NOW | RTLD_LOCAL) else {
      throw Self.missing("LibTorch cannot be loaded", cause: dlerror().map { String(cString: $0) })
    }
    guard let symbol = dlsym(handle, WTORCH_SYMBOL) else {
      throw Self.missing("\(path.escaped) is no libwinnow-torch.so", cause: nil)
    }
    let get = unsafeBitCast(symbol, to: wtorch_get_interface_function.self)
    guard let table = get(UInt32(WTORCH_INTERFACE)) else {
      throw Self.missing("\(path.escaped) belongs to another version of Winnow", cause: nil)
    }
    functions = table.pointee
  }

  /// Beside a program that is installed, or where `make build` leaves it.
  public static func path(beside program: FilePath) -> FilePath {
    let name = "libwinnow-torch.so"
    let folder = program.removingLastComponent()
    let installed = folder.appending(name)
    guard access(installed.string, F_OK) != 0 else { return installed }
    return folder.removingLastComponent().removingLastComponent().appending("torch").appending(name)
  }

  /// Whether there is a card that it can compute on.
  public var hasCUDA: Bool { functions.has_cuda() }

  /// - Parameter count: threads that one operation is spread over.
  public func setThreads(_ count: Int) throws(WinnowError) { try check(functions.set_threads(Int32(count))) }

  /// Runs `body` without noting what gradients would need.
  public func withoutGradients<Result>(_ body: () throws(WinnowError) -> Result) throws(WinnowError) -> Result {
    functions.set_gradients(false)
    defer { functions.set_gradients(true) }
    return try body()
  }

  /// - Throws: `.torchFailure` with what LibTorch said of the call.
  func check(_ status: Int32) throws(WinnowError) {
    guard status == 0 else {
      let text = String(cString: functions.last_error())
      throw WinnowError(
        .torchFailure, "LibTorch failed: \(text.prefix(500))",
        remedy: text.contains("memory") || text.contains("bad_alloc")
          ? "train with a smaller --batch, or allow more memory: training.memory_limit" : nil)
    }
  }

  private static func missing(_ what: String, cause: String?) -> WinnowError {
    WinnowError(
      .torchMissing, what,
      remedy: "install it: the package winnow-torch, or make install of a built tree; --method head needs no LibTorch",
      cause: cause)
  }
}

extension WinnowError.Code {
  public static let torchMissing = Self("torch_missing")
  public static let torchFailure = Self("torch_failure")
}
