/// Whether a machine runs on its battery, from what /sys/class/power_supply says of each supply. Pure.
public enum PowerSource: Hashable, Sendable {
  case mains, battery

  /// One supply: the contents of its files; nil where there is none.
  public struct Supply: Hashable, Sendable {
    /// `Mains`, `USB`, `Battery`, `UPS`.
    public var type: String?
    /// `1`, or `2` with a programmable supply.
    public var online: String?
    /// `Charging`, `Discharging`, `Not charging`, `Full`, `Unknown`.
    public var status: String?
    /// `Device` for the battery of a mouse or a headset.
    public var scope: String?

    public init(type: String?, online: String? = nil, status: String? = nil, scope: String? = nil) {
      self.type = type
      self.online = online
      self.status = status
      self.scope = scope
    }

    fileprivate var isOfMachine: Bool { scope != "Device" }
    fileprivate var feeds: Bool { (type == "Mains" || type == "USB") && (online == "1" || online == "2") }
    fileprivate var drains: Bool { (type == "Battery" || type == "UPS") && status == "Discharging" }
  }

  /// On battery is what discharges one of its own while nothing feeds it. A machine of which nothing is known has mains.
  public init(_ supplies: [Supply]) {
    let own = supplies.filter(\.isOfMachine)
    // A laptop that draws more than its adapter gives is on mains all the same; an UPS discharges only without any.
    let isFed = own.contains(where: \.feeds)
    self =
      own.contains { $0.drains && ($0.type == "UPS" || !isFed) } ? .battery : .mains
  }
}
