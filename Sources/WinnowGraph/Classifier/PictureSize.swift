public import WinnowCore

extension Graph {
  /// The graph for pictures of one size, in pixels, where it left the size free. Throws what
  /// `classifierSignature()` throws, and `inconsistentGraph` if the graph is made for another size.
  public func withPictureSize(height: Int, width: Int) throws(WinnowError) -> Graph {
    let picture = try PictureInput(self)
    guard picture.height ?? height == height, picture.width ?? width == width, height > 0, width > 0 else {
      throw WinnowError(
        .inconsistentGraph,
        "the model takes pictures of \(picture.width.map(String.init) ?? "any") × "
          + "\(picture.height.map(String.init) ?? "any") pixels, not \(width) × \(height)",
        remedy: "use the size the model was exported for")
    }
    var result = self
    let first = picture.layout == .nchw ? 2 : 1
    result.inputs[0].type.shape?[first] = .fixed(height)
    result.inputs[0].type.shape?[first + 1] = .fixed(width)
    return result
  }
}
