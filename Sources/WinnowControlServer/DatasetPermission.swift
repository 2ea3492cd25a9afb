import Glibc
public import SystemPackage
public import WinnowControlAPI
public import WinnowCore

/// Which folders a peer may have the daemon work on, so that nobody reads or writes with its rights where theirs end.
public struct DatasetPermission {
  /// Folders that members of the socket's group may name.
  private let roots: [FilePath]

  public init(roots: [FilePath]) { self.roots = roots }

  /// - Returns: the request to be carried out: for members with all links resolved.
  /// - Throws: `.invalidInput` for a path that is not absolute; `.notPermitted`.
  public func check(_ request: DatasetRequest, from peer: Peer) throws(WinnowError) -> DatasetRequest {
    for path in request.paths where !path.isAbsolute {
      throw WinnowError(.invalidInput, "\(path.escaped) is not absolute", remedy: "name it from the root")
    }
    if peer.mayNameAnyPath { return request }
    if let host = request.allowedHosts.first {
      throw WinnowError(
        .notPermitted, "only the owner may have the daemon ask the private address of \(host)",
        remedy: "ask as root or as the user winnowd runs as, or use --local")
    }
    let resolved = try request.replacingPaths { path throws(WinnowError) in try resolve(path) }
    // Outputs lie beside the folder, so the folder cannot be a root itself.
    for path in resolved.paths where !isUnderRoot(Self.real(path) ?? path) { throw refusal(path) }
    return resolved
  }

  /// For a folder that is only read.
  ///
  /// - Returns: the folder; for members with all links resolved.
  /// - Throws: As `check(_:from:)` of a request.
  public func check(_ folder: FilePath?, from peer: Peer) throws(WinnowError) -> FilePath? {
    guard let folder else { return nil }
    return try check(.check(SplitCheckRequest(folder: folder)), from: peer).paths.first
  }

  private func isUnderRoot(_ path: FilePath) -> Bool {
    roots.contains { root in
      let root = Self.real(root) ?? root.lexicallyNormalized()
      return path != root && path.starts(with: root)
    }
  }

  /// The path without links; the last step need not be there yet.
  private func resolve(_ path: FilePath) throws(WinnowError) -> FilePath {
    if let real = Self.real(path) { return real }
    guard let name = path.lastComponent, name.kind == .regular, let folder = Self.real(path.removingLastComponent())
    else { throw refusal(path) }
    return folder.appending(name)
  }

  private static func real(_ path: FilePath) -> FilePath? {
    guard let real = path.withPlatformString({ realpath($0, nil) }) else { return nil }
    defer { free(real) }
    return FilePath(platformString: real)
  }

  private func refusal(_ path: FilePath) -> WinnowError {
    WinnowError(
      .notPermitted, "\(path.escaped) lies under no folder of training.roots",
      remedy: "have it added there, ask as root or as the user winnowd runs as, or use --local")
  }
}
