import WinnowCore
import WinnowFiles

/// What `body` gives; its fault as an error about `thing`.
func attempt<Value: ~Copyable>(
  _ thing: String, _ body: () throws(SystemFault) -> Value
) throws(WinnowError) -> Value {
  do throws(SystemFault) {
    return try body()
  } catch {
    throw error.about(thing)
  }
}
