import WinnowGraph

/// The names of Python that a state dict may use, as what they stand for here; nothing of Python is run.
enum PickleGlobal: Hashable, Sendable {
  case orderedDictionary
  /// `_rebuild_tensor(storage, offset, shape, strides)`, of files before PyTorch 0.4.
  case rebuildTensor
  /// `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks)`
  case rebuildTensorV2
  /// `_rebuild_parameter(data, requires_grad, backward_hooks)`
  case rebuildParameter
  case storageType(ElementType)

  /// nil for every other name.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "FloatStorage"): self = .storageType(.float32)
    case ("torch", "HalfStorage"): self = .storageType(.float16)
    case ("torch", "BFloat16Storage"): self = .storageType(.bfloat16)
    case ("torch", "DoubleStorage"): self = .storageType(.double)
    case ("torch", "LongStorage"): self = .storageType(.int64)
    case ("torch", "IntStorage"): self = .storageType(.int32)
    case ("torch", "ShortStorage"): self = .storageType(.int16)
    case ("torch", "CharStorage"): self = .storageType(.int8)
    case ("torch", "ByteStorage"): self = .storageType(.uint8)
    case ("torch", "BoolStorage"): self = .storageType(.bool)
    default: return nil
    }
  }
}
