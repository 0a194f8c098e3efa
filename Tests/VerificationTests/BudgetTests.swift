import Model
import Testing
import Verification

@Suite struct BudgetTests {
  @Test(arguments: [
    // jobs, cores, CPUs of a boot: how much slower
    (1, 8, 1, 1.0), (8, 8, 1, 1.0), (2, 8, 4, 1.0), (16, 8, 1, 2.0), (3, 2, 1, 1.5), (2, 2, 4, 4.0), (0, 0, 0, 1.0),
  ])
  func guestsAreSlowerByTheCPUsThatShareACore(jobs: Int, cores: Int, cpus: Int, factor: Double) {
    #expect(crowding(jobs: jobs, cores: cores, cpusPerBoot: cpus) == factor)
  }

  private func jobs(_ cores: Int, _ gibibytes: Int, _ memories: [Int]) -> Int {
    defaultJobs(cores: cores, available: .gibibytes(gibibytes), memories: memories.map { .mebibytes($0) })
  }

  @Test func aCoreForEachBoot() {
    #expect(jobs(4, 64, Array(repeating: 512, count: 9)) == 4)
    #expect(jobs(16, 64, [512, 512]) == 2)
    #expect(jobs(0, 64, [512, 512]) == 1)
  }

  @Test func theLargestBootsFitIntoMemoryAtOnce() {
    // 3 GiB after the one left over: 1424 and 912 MiB fit, 912 MiB more do not.
    #expect(jobs(8, 4, [512, 1024, 512, 512]) == 2)
    #expect(jobs(8, 4, [512, 512, 512]) == 3)
    #expect(jobs(8, 4, [2048, 2048]) == 1)
    #expect(jobs(8, 8, [2048, 2048, 2048]) == 2)
  }

  @Test func oneBootAlwaysRuns() {
    #expect(jobs(8, 0, [512, 512]) == 1)
    #expect(jobs(8, 64, []) == 1)
  }

  @Test func readsWhatTheKernelSaysIsFree() {
    let text = "MemTotal:       24689152 kB\nMemFree:         1000 kB\nMemAvailable:   20971520 kB\nBuffers: 1 kB\n"
    #expect(availableMemory(meminfo: text) == .gibibytes(20))
    for bad in ["", "MemAvailable:", "MemAvailable: -5 kB", "MemAvailable: 99999999999999999999 kB", "MemAvailable: 7"]
    {
      #expect(availableMemory(meminfo: bad) == nil, "\(bad)")
    }
  }
}
