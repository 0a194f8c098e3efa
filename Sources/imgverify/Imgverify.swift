import ArgumentParser
import Model

/// The command line: parses arguments and hands them to the stations; no logic of its own.
@main
struct Imgverify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imgverify",
    abstract: "Decides whether a built VM image may be published.",
    discussion: """
      Rebuilds the disk from the image file, boots it several times under QEMU on hardware that moves about, answers \
      the SmartOS metadata protocol on the second serial port, judges every boot, and writes a JUnit report.

      EXAMPLES
        imgverify debian-12.zfs.gz debian-12.json
        imgverify debian-12.zfs.gz debian-12.json --boots 5 --seed 42 --output out
        imgverify inspect debian-12.zfs.gz debian-12.json
        imgverify files debian-12.zfs.gz /etc/fstab
        imgverify convert debian-12.zfs.gz debian-12.qcow2
        imgverify plan debian-12.zfs.gz debian-12.json --seed 42
        imgverify replay imgverify-out 03
        imgverify boot debian-12.zfs.gz debian-12.json
        imgverify pack disk.raw image.zfs.gz --manifest image.json --name my-image --version 1.0 --os linux
        imgverify checks list
        imgverify console scan console.log

      EXIT CODES
        0    accepted: the image may be published
        1    rejected: a must-check failed, or the image or its manifest is bad
        2    inconclusive: the harness, host or hypervisor failed; the image was not judged
        64   the command line makes no sense
        66   an input file cannot be opened
        130  interrupted
      """,
    version: imgverifyVersion,
    subcommands: [
      Verify.self, Inspect.self, Files.self, Convert.self, Pack.self, PlanCommand.self, BootCommand.self, Replay.self,
      ChecksCommand.self, ConsoleCommand.self, MdataCommand.self, ReadFiles.self,
    ],
    defaultSubcommand: Verify.self)
}
