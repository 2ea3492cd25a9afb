import Testing
import WinnowControlAPI

@testable import WinnowControlServer

@Suite("who may do what")
struct PeerPermissionTests {
  @Test("what names new paths, changes roots, cannot be undone or hands out the whole ledger is the owner's")
  func owners() {
    #expect(
      Set(Route.allCases.filter { $0.requirement == .owner })
        == [.reload, .inboxAdd, .inboxRemove, .modelRemove, .backup])
  }

  @Test("visitors can only look")
  func visitors() {
    for route in Route.allCases where route.requirement == .visitor { #expect(route.method == .get) }
  }

  @Test("members sort and work on data sets only inside the roots")
  func sorting() {
    #expect(Route.modelQuantize.requirement == .memberInsideRoots)
    #expect(Route.sort.requirement == .memberInsideRoots && Route.dataset.requirement == .memberInsideRoots)
    #expect(!Peer(user: 1000, group: 1000, process: 1, standing: .member).mayNameAnyPath)
    #expect(Peer(user: 0, group: 0, process: 1, standing: .owner).mayNameAnyPath)
  }

  @Test("a peer passes exactly what its standing allows", arguments: Peer.Standing.allCases)
  func check(standing: Peer.Standing) {
    let peer = Peer(user: 1000, group: 1000, process: 1, standing: standing)
    for route in Route.allCases {
      let passes = (try? peer.check(route)) != nil
      #expect(passes == (standing >= route.requirement.standing), "\(route)")
    }
  }

  @Test("root and the daemon's user own it, the group's members act, others look")
  func standings() {
    let register = PeerRegister(owner: 990, members: 980)
    #expect(register.standing(user: 0, group: 0, supplementary: []) == .owner)
    #expect(register.standing(user: 990, group: 990, supplementary: []) == .owner)
    #expect(register.standing(user: 1000, group: 980, supplementary: []) == .member)
    #expect(register.standing(user: 1000, group: 1000, supplementary: [27, 980]) == .member)
    #expect(register.standing(user: 1000, group: 1000, supplementary: [27]) == .visitor)
    #expect(PeerRegister(owner: 990, members: nil).standing(user: 1000, group: 980, supplementary: []) == .visitor)
  }
}
