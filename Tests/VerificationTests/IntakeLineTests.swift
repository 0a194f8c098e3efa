import Intake
import Testing

@testable import Verification

@Suite struct IntakeLineTests {
  private func line(_ read: Int64, _ size: Int64, _ elapsed: Duration) -> String {
    intakeLine(IntakeProgress(bytesRead: read, fileSize: size, elapsed: elapsed))
  }

  @Test func bytesRateAndTimeLeft() {
    #expect(line(412 << 20, 1229 << 20, .seconds(1.33)) == "image  412 MiB of 1.2 GiB, 310 MiB/s, 3 s left")
    #expect(line(10 << 20, 40 << 30, .seconds(2)) == "image  10 MiB of 40 GiB, 5.0 MiB/s, 136 min 30 s left")
    #expect(line(9 << 30, 40 << 30, .seconds(90)) == "image  9.0 GiB of 40 GiB, 102 MiB/s, 5 min 10 s left")
  }

  @Test func noRateBeforeThereIsSomethingToMeasure() {
    #expect(line(0, 1000, .zero) == "image  0 B of 1000 B")
    #expect(line(1 << 20, 1 << 30, .milliseconds(1)) == "image  1.0 MiB of 1.0 GiB")
    #expect(line(0, 1 << 30, .seconds(5)) == "image  0 B of 1.0 GiB")
  }

  @Test func nothingIsLeftAtTheEnd() {
    #expect(line(1 << 30, 1 << 30, .seconds(2)) == "image  1.0 GiB of 1.0 GiB, 512 MiB/s")
    #expect(line(0, 0, .zero) == "image  0 B of 0 B")
  }
}
