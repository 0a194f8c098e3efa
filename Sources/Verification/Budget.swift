import Foundation
import Glibc
import Hypervisors
package import Model

// How many boots run at once, and what that does to each. Pure but for the two that ask this machine.

/// How many boots a machine carries at once: a core each, and as many of the largest as memory holds.
///
/// - Parameters:
///   - memories: that of each boot's guest.
///   - available: what is free now; 1 GiB of it is left over, and QEMU takes 400 MiB a boot beside its guest.
/// - Returns: at least 1, also where not even one fits.
package func defaultJobs(cores: Int, available: ByteCount, memories: [ByteCount]) -> Int {
  var left = available.bytes - 1 << 30
  var jobs = 0
  for memory in memories.sorted(by: { $0.bytes > $1.bytes }).prefix(max(1, cores)) {
    left -= memory.bytes + 400 << 20
    if left < 0 { break }
    jobs += 1
  }
  return max(1, jobs)
}

/// As ``defaultJobs(cores:available:memories:)`` on this machine.
func defaultJobs(for boots: [Boot]) -> Int {
  defaultJobs(cores: coreCount(), available: availableMemory(), memories: boots.map(\.layout.memory))
}

/// How much slower a guest runs than alone when so many boots share the cores.
///
/// - Parameters:
///   - jobs: boots that run at once.
///   - cpusPerBoot: virtual CPUs of the largest boot; under TCG 1, since one thread translates for all.
/// - Returns: 1 where every virtual CPU has a core, 2 where two share one, and so on.
package func crowding(jobs: Int, cores: Int, cpusPerBoot: Int) -> Double {
  max(1, Double(max(1, jobs)) * Double(max(1, cpusPerBoot)) / Double(max(1, cores)))
}

/// Cores of this machine.
func coreCount() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

/// Most virtual CPUs that a guest is given; under TCG more than one does not pay.
func maximumCPUs(_ accelerator: Accelerator) -> Int { accelerator == .tcg ? 1 : coreCount() }

/// Memory that new processes can have without swapping; 4 GiB if the kernel does not say.
private func availableMemory() -> ByteCount {
  let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
  return availableMemory(meminfo: text) ?? .gibibytes(4)
}

/// `MemAvailable` of /proc/meminfo; nil if that is not there.
package func availableMemory(meminfo: String) -> ByteCount? {
  let line = meminfo.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
  let words = line?.split(separator: " ") ?? []
  guard words.count == 3, words[2] == "kB", let count = Int64(words[1]), (0...1 << 50).contains(count) else {
    return nil
  }
  return ByteCount(bytes: count << 10)
}
