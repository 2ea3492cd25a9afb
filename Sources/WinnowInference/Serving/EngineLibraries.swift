import CWinnowLinux
import Glibc
import WinnowCore
import WinnowFiles

/// The folder with OpenVINO's libraries, and how a worker started by root still reaches it after it has become
/// somebody else who may not walk there (a clone below a closed home).
///
/// OpenVINO looks for its plugins beside itself, by the path it was loaded from. As root the worker therefore opens the
/// folder and starts itself once more with LD_LIBRARY_PATH=/proc/self/fd/N: the libraries, and whatever they load later,
/// then have a path that needs no walking.
enum EngineLibraries {
  private static let prefix = "/proc/self/fd/"
  private static let variable = "LD_LIBRARY_PATH"

  /// As root, and unless that has happened: starts this program again. Returns otherwise, and where it cannot.
  static func reopenAsRoot() {
    guard geteuid() == 0, getenv(variable).map({ String(cString: $0).hasPrefix(prefix) }) != true,
      let path = path(), let program = program()
    else { return }
    // Without O_CLOEXEC: the next life needs it.
    let folder = open(path, O_RDONLY | O_DIRECTORY)
    guard folder >= 0 else { return }
    setenv(variable, prefix + String(folder), 1)
    execv(program, CommandLine.unsafeArgv)
    unsetenv(variable)
    close(folder)
  }

  /// The descriptor that `reopenAsRoot` left open; nil in a worker that did not need it.
  static func inherited() -> Int32? {
    guard let value = getenv(variable) else { return nil }
    let text = String(cString: value)
    guard text.hasPrefix(prefix) else { return nil }
    return Int32(text.dropFirst(prefix.count))
  }

  /// The folder's path as the dynamic linker has it.
  static func folder() throws(WinnowError) -> String {
    guard let path = path() else { throw WinnowError(.engineFailure, "OpenVINO's libraries are not loaded") }
    return path
  }

  /// - Throws: `.accessDenied` when the user that the worker has become may not read them.
  static func checkReadable() throws(WinnowError) {
    guard let path = path() else { return }
    let plugin = path + "/libopenvino_intel_cpu_plugin.so"
    guard access(plugin, R_OK) == 0 || errno == ENOENT else {
      throw WinnowError(
        .accessDenied, "OpenVINO's libraries cannot be read by the worker's user",
        remedy:
          "let everybody read them (chmod -R go+rX .deps/openvino/lib in the clone), or run winnowd as the user who owns them"
      )
    }
  }

  private static func path() -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard cwinnow_library_path("ov_core_create", &buffer, buffer.count) == 0 else { return nil }
    let file = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return file.lastIndex(of: "/").map { String(file[..<$0]) }
  }

  /// This program by its real path, since the process is named after what is executed.
  private static func program() -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
