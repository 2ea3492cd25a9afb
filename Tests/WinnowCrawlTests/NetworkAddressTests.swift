import Testing

@testable import WinnowCrawl

@Suite("Network addresses")
struct NetworkAddressTests {
  @Test(
    "what is not of the public internet is known for it",
    arguments: [
      "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.8.9.10",
      "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
      "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
      "239.255.255.255", "240.0.0.1", "255.255.255.255",
      // IPv6: nothing, loopback, mapped and compatible IPv4, private, link-local, site-local, multicast, discard.
      "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8", "fc00::1", "fd12:3456::1",
      "fe80::1", "febf::1", "fec0::1", "ff02::1", "100::1", "5f00::1",
      // NAT64 and 6to4 around a private IPv4 address, NAT64's local range.
      "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::8.8.8.8", "2002:0a00:0001::1", "2002:7f00:1::",
      "2002:c0a8:1::1",
      // Teredo, ORCHID, benchmarks, documents.
      "2001::1", "2001:0:4136:e378::1", "2001:10::1", "2001:20::1", "2001:2::1", "2001:db8::1", "3fff::1",
      "3fff:fff::1",
    ])
  func special(text: String) throws {
    #expect(try !#require(NetworkAddress(text: text)).isPublic)
  }

  @Test(
    "what is of the public internet may be reached",
    arguments: [
      "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
      "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "198.17.255.255",
      "198.20.0.0", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1",
      "64:ff9b::8.8.8.8", "2002:0808:0808::1", "3ffe::1",
    ])
  func open(text: String) throws {
    #expect(try #require(NetworkAddress(text: text)).isPublic)
  }

  @Test(
    "names and numbers of other forms are no addresses", arguments: ["localhost", "127.1", "0x7f.0.0.1", "", "1.2.3"])
  func names(text: String) {
    #expect(NetworkAddress(text: text) == nil)
  }
}
