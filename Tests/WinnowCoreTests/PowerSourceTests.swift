import Testing
import WinnowCore

@Suite("Mains or battery")
struct PowerSourceTests {
  typealias Supply = PowerSource.Supply

  @Test(
    "what the kernel says of the supplies is one of the two",
    arguments: [
      ([], .mains),
      ([Supply(type: "Mains", online: "1")], .mains),
      ([Supply(type: "Mains", online: "0")], .mains),
      ([Supply(type: "Mains", online: "1"), Supply(type: "Battery", status: "Charging")], .mains),
      ([Supply(type: "Mains", online: "0"), Supply(type: "Battery", status: "Discharging")], .battery),
      ([Supply(type: "Battery", status: "Discharging")], .battery),
      ([Supply(type: "Battery", status: "Full")], .mains),
      ([Supply(type: "Battery", status: "Not charging")], .mains),
      ([Supply(type: "Battery", status: "Unknown")], .mains),
      ([Supply(type: "Battery", status: "Full"), Supply(type: "Battery", status: "Discharging")], .battery),
      // Draws more than the adapter gives.
      ([Supply(type: "Mains", online: "1"), Supply(type: "Battery", status: "Discharging")], .mains),
      ([Supply(type: "USB", online: "1"), Supply(type: "Battery", status: "Discharging")], .mains),
      ([Supply(type: "USB", online: "0"), Supply(type: "Battery", status: "Discharging")], .battery),
      ([Supply(type: "Mains", online: "1"), Supply(type: "UPS", status: "Discharging")], .battery),
      ([Supply(type: "Battery", status: "Discharging", scope: "Device")], .mains),
      (
        [Supply(type: "Mains", online: "1", scope: "Device"), Supply(type: "Battery", status: "Discharging")],
        .battery
      ),
      ([Supply(type: nil, online: nil, status: "Discharging")], .mains),
    ] as [([Supply], PowerSource)])
  func table(_ supplies: [Supply], _ source: PowerSource) {
    #expect(PowerSource(supplies) == source)
  }
}
