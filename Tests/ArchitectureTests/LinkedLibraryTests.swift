import Testing

/// What must not reach a program, in the package and in the file that was built.
@Suite("What the programs link")
struct LinkedLibraryTests {
  /// Beginnings of library names: decoders, engines, TLS and HTTP clients.
  private static let decodersAndEngines = [
    "libjpeg", "libturbojpeg", "libpng", "libwebp", "libheif", "libgif", "liblcms", "libraw", "libtiff", "libopenvino",
    "libtorch", "libonnx", "libc10",
  ]
  private static let networkClients = ["libcurl", "libssl", "libcrypto", "libgnutls"]

  private static func isBuilt(_ path: String) -> Bool { Repository.exists(path) }

  private static let daemon = ".build/release/winnowd"
  private static let tool = ".build/release/winnowctl"
  private static let lab = ".build/release/winnow-lab"
  private static let watcher = ".build/watch/winnow-watch"

  @Test("no decoder and no engine is among the targets of any program but winnow-worker")
  func closures() throws {
    let package = try PackageDescriptionText.ofRepository.get()
    for program in ["winnowd", "winnowctl", "winnow-lab", "winnow-trainer"] {
      let closure = package.closure(of: program)
      #expect(closure.contains("WinnowCore"), "\(program) could not be read from Package.swift")
      #expect(closure.isDisjoint(with: ["CWinnowImage", "COpenVINO", "WinnowImaging"]), "\(program)")
      // Even winnow-trainer links no LibTorch: it loads the library that has it, when it fine-tunes.
      if program != "winnow-trainer" { #expect(!closure.contains("CWinnowTorch"), "\(program)") }
    }
  }

  @Test("only winnow-lab has a network client among its targets")
  func networkClient() throws {
    let package = try PackageDescriptionText.ofRepository.get()
    #expect(package.closure(of: "winnow-lab").contains("CCurl"))
    for program in ["winnowd", "winnowctl", "winnow-worker", "winnow-trainer"] {
      #expect(package.closure(of: program).isDisjoint(with: ["CCurl", "WinnowCrawl"]), "\(program)")
    }
  }

  @Test("only winnowd and winnowctl know the configuration's parser, and only winnowd the ledger's SQLite")
  func parsers() throws {
    let package = try PackageDescriptionText.ofRepository.get()
    for program in ["winnow-worker", "winnow-lab", "winnow-trainer"] {
      #expect(!package.closure(of: program).contains("Yams"))
    }
    for program in ["winnow-worker", "winnow-lab", "winnow-trainer", "winnowctl"] {
      #expect(!package.closure(of: program).contains("GRDB"))
    }
  }

  @Test("the built winnowd asks for no decoder, no engine and no network client", .enabled(if: isBuilt(daemon)))
  func builtDaemon() throws {
    let needed = try ELFFile(at: Self.daemon).needed
    #expect(needed.contains { $0.hasPrefix("libsqlite3") }, "the file was read wrongly: \(needed)")
    for beginning in Self.decodersAndEngines + Self.networkClients {
      #expect(!needed.contains { $0.hasPrefix(beginning) }, "winnowd links \(beginning)")
    }
  }

  @Test(
    "the built winnowctl and winnow-lab ask for no decoder and no engine", .enabled(if: isBuilt(tool) && isBuilt(lab)))
  func builtTools() throws {
    for path in [Self.tool, Self.lab] {
      let needed = try ELFFile(at: path).needed
      for beginning in Self.decodersAndEngines {
        #expect(!needed.contains { $0.hasPrefix(beginning) }, "\(path) links \(beginning)")
      }
    }
  }

  @Test("the built winnow-watch links libinotifytools and libc, and nothing of ours", .enabled(if: isBuilt(watcher)))
  func builtWatcher() throws {
    let libraries = try ELFFile(at: Self.watcher).needed.map { $0.prefix { $0 != "." } }
    #expect(Set(libraries) == ["libinotifytools", "libc"])
  }

  @Test("winnow-watch shares no source with the rest, and the rest none with it")
  func licences() throws {
    for file in try Repository.files(below: "watch", endings: ["c", "h"]) {
      let ours = try Repository.text(file).contains(/#include\s+"[^"]*(?:CWinnow|Sources)/)
      #expect(!ours, "\(file) includes Apache-2.0 code")
    }
    for file in try Repository.files(below: "Sources", endings: ["c", "cpp", "h", "modulemap", "swift"]) {
      let theirs = try Repository.text(file).contains(/#include\s+[<"](?:inotifytools|[^">]*watch\/)/)
      #expect(!theirs, "\(file) includes GPL-2.0-only code")
    }
  }
}
