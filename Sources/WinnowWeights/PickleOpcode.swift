/// The instructions of Python's pickles that state dicts need; a file with another is refused.
///
/// None of them imports or calls anything here: `global` names one of `PickleGlobal`, and `reduce` builds what that
/// stands for.
/// Source: CPython, Lib/pickletools.py
enum PickleOpcode: UInt8 {
  case proto = 0x80
  case frame = 0x95
  case stop = 0x2E

  case none = 0x4E
  case newTrue = 0x88
  case newFalse = 0x89
  case integer4 = 0x4A
  case integer1 = 0x4B
  case integer2 = 0x4D
  case long1 = 0x8A
  case long4 = 0x8B
  case float = 0x47
  case text4 = 0x58
  case text1 = 0x8C
  case text8 = 0x8D
  /// The byte strings of Python 2, which are its texts.
  case string4 = 0x54
  case string1 = 0x55
  case bytes4 = 0x42
  case bytes1 = 0x43
  case bytes8 = 0x8E

  case mark = 0x28
  case emptyTuple = 0x29
  case tuple = 0x74
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case emptyList = 0x5D
  case append = 0x61
  case appends = 0x65
  case emptyDictionary = 0x7D
  case setItem = 0x73
  case setItems = 0x75

  case put1 = 0x71
  case put4 = 0x72
  case memoize = 0x94
  case get1 = 0x68
  case get4 = 0x6A

  case global = 0x63
  case stackGlobal = 0x93
  case reduce = 0x52
  case build = 0x62
  case persistentID = 0x51
}
