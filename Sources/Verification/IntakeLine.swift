import Intake
import Model

/// The moving line of the intake: `image  412 MiB of 1.2 GiB, 310 MiB/s, 3 s left`.
func intakeLine(_ progress: IntakeProgress) -> String {
  var line = "image  \(short(progress.bytesRead)) of \(short(progress.fileSize))"
  if let rate = progress.rate { line += ", \(short(Int64(min(rate, 1e15))))/s" }
  if let left = progress.timeLeft, progress.bytesRead < progress.fileSize {
    line += ", \(Duration.seconds(left.inSeconds.rounded(.up)).forPeopleInWhole) left"
  }
  return line
}

/// Three digits at most: `9.4 GiB`, `412 MiB`.
private func short(_ bytes: Int64) -> String {
  let text = ByteCount(bytes: max(0, bytes)).description
  let parts = text.split(separator: " ")
  guard parts.count == 2, let value = Double(parts[0]), value >= 10 else { return text }
  return "\(Int(value.rounded())) \(parts[1])"
}

extension Duration {
  /// `3 s`, `12 min 5 s`.
  fileprivate var forPeopleInWhole: String { inSeconds < 10 ? "\(Int(inSeconds)) s" : forPeople }
}
