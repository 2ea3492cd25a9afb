import Testing
import WinnowCore

@Suite("Timestamps and fingerprints")
struct TimestampTests {
  @Test("seconds beyond the range end at its ends")
  func range() {
    #expect(Timestamp(seconds: .max).nanoseconds == .max && Timestamp(seconds: .min).nanoseconds == .min)
    #expect(Timestamp(seconds: 1, nanoseconds: 5).nanoseconds == 1_000_000_005)
    #expect(Timestamp(seconds: -1) < Timestamp(seconds: 0))
  }

  @Test("a file is known by its handle, else by inode and birth, never by the inode alone")
  func sameFile() {
    func fingerprint(_ handle: [UInt8], _ inode: UInt64, _ born: Int64) -> FileFingerprint {
      FileFingerprint(
        handle: handle, inode: inode, born: Timestamp(nanoseconds: born), size: 1, modified: Timestamp(nanoseconds: 1))
    }
    #expect(fingerprint([1], 5, 0).isSameFile(as: fingerprint([1], 5, 9)))
    #expect(!fingerprint([1], 5, 9).isSameFile(as: fingerprint([2], 5, 9)))
    #expect(fingerprint([], 5, 9).isSameFile(as: fingerprint([2], 5, 9)))
    #expect(!fingerprint([], 5, 8).isSameFile(as: fingerprint([], 5, 9)))
    #expect(!fingerprint([], 5, 0).isSameFile(as: fingerprint([], 5, 0)))
    #expect(!fingerprint([], 4, 9).isSameFile(as: fingerprint([], 5, 9)))
  }

  @Test(
    "the longest range of nanoseconds at the ends does not wrap",
    arguments: [Int64.max / 1_000_000_000, Int64.min / 1_000_000_000])
  func wrap(seconds: Int64) {
    let whole = Timestamp(seconds: seconds)
    let more = Timestamp(seconds: seconds, nanoseconds: seconds > 0 ? 999_999_999 : -999_999_999)
    #expect(seconds > 0 ? more >= whole : more <= whole)
  }
}
