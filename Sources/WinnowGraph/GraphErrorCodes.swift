public import WinnowCore

extension WinnowError.Code {
  /// The bytes are not an ONNX model, or end before it does.
  public static let brokenModel = Self("broken_model")
  /// The weights lie in other files beside the model.
  public static let externalData = Self("external_data")
  /// The model uses a version of ONNX's operators that is not read.
  public static let unsupportedOpset = Self("unsupported_opset")
  /// The model uses a part of ONNX that no picture classifier needs, such as strings or model-local functions.
  public static let unsupportedModel = Self("unsupported_model")
  /// The model has operators this program does not know.
  public static let unknownOperator = Self("unknown_operator")
  /// Nodes, names and shapes of the model contradict each other.
  public static let inconsistentGraph = Self("inconsistent_graph")
  /// The model has no input that takes a picture.
  public static let noPictureInput = Self("no_picture_input")
  /// The model wants more than a picture.
  public static let secondInput = Self("second_input")
  /// No output of the model, or more than one, has one number for each class.
  public static let noClassOutput = Self("no_class_output")
  /// The model is made for one batch size and cannot be made to take another.
  public static let fixedBatch = Self("fixed_batch")
}
