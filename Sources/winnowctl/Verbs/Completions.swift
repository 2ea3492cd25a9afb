import ArgumentParser

struct Completions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a completion script for a shell.",
    discussion: """
      EXAMPLES:
        winnowctl completions bash > ~/.local/share/bash-completion/completions/winnowctl
        winnowctl completions zsh > ~/.zfunc/_winnowctl
        winnowctl completions fish > ~/.config/fish/completions/winnowctl.fish
      """)

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish
  }

  func run() {
    let script: String =
      switch shell {
      case .bash: Winnowctl.completionScript(for: .bash)
      case .zsh: Winnowctl.completionScript(for: .zsh)
      case .fish: Winnowctl.completionScript(for: .fish)
      }
    StandardOutput.write(script + "\n")
  }
}
