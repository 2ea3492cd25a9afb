import Glibc
public import SystemPackage
public import WinnowCore

/// Where the report about the pictures that tested a version lies: `STATE/reports/NAME@VERSION`, beside the models, which
/// never change once they are published.
public enum TestReportFolder {
  /// - Parameter library: the folder of the models.
  public static func path(of model: ModelVersion, beside library: FilePath) -> FilePath {
    library.removingLastComponent().appending("reports").appending(model.description)
  }

  /// Makes the folder that the report's own folder lies in.
  ///
  /// - Throws: what the file system says.
  public static func make(_ folder: FilePath) throws(WinnowError) {
    try BundleStorage.makeFolderUnlessThere(folder.removingLastComponent())
  }
}
