import Hypervisors
import Testing

@Suite struct ProcessorUseTests {
  @Test(arguments: [
    (0.0, 0.0, 1.0, false), (10.0, 0.0, 1.0, false), (3.0, 9.0, 0.25, true), (6.0, 5.0, 6.0 / 11, false),
    // Too little wanted to say anything.
    (0.5, 2.0, 0.2, false),
  ])
  func starvedIsLessThanHalfOfWhatWasWanted(ran: Double, waited: Double, share: Double, starved: Bool) {
    let amount = ProcessorUse.Amount(ran: ran, waited: waited)
    #expect(amount.share == share)
    #expect(amount.isStarved == starved)
  }
}
