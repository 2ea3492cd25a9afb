/// The way a connection came in.
enum Entrance {
  /// Through the Unix socket, where the kernel says who it is.
  case socket(Peer)
  /// Through TCP, where each request says whose session it belongs to.
  case web(WebDoor)

  var isWeb: Bool { if case .web = self { true } else { false } }
}
