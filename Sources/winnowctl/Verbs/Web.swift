import ArgumentParser
import Glibc
import WinnowControlAPI
import WinnowCore

struct Web: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Open the web page.",
    discussion: """
      Prints a link and, where there is a desktop, opens it. It carries a session with your rights that lasts 30 days; \
      keep it to yourself. The page is there where http.listen is set in winnow.yaml, and for this machine alone: from \
      another one, forward the port with ssh -L 8484:127.0.0.1:8484.
      """)

  @OptionGroup var options: GlobalOptions

  @Flag(help: "Only print the link.")
  var noOpen = false

  func run() throws {
    let reply = try options.show(.webOpen, as: WebReply.self)
    if !noOpen, !options.json, StandardOutput.isTerminal, getuid() != 0 { Self.open(reply.url) }
  }

  /// Hands the link to the desktop. Without one the printed link is all.
  private static func open(_ url: String) {
    guard getenv("DISPLAY") != nil || getenv("WAYLAND_DISPLAY") != nil else { return }
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("xdg-open"), strdup(url), nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    _ = posix_spawnp(&child, "xdg-open", nil, nil, &arguments, environ)
  }
}
