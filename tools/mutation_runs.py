"""Builds guests with faults, runs the gate on them, and remembers what came of it. For tools/mutation."""
import contextlib
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache/mutation"


def digest_of_files(*paths):
    """One digest of the names and contents of all files there."""
    every = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                every.update(f"{file.relative_to(path)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return every.hexdigest()


def end_session(leader):
    """Asks all processes of a session to end: what is wrapped may have made a group of its own, as `timeout` does."""
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(stat.read_text().rpartition(")")[2].split()[3]) == leader:
                os.kill(int(stat.parent.name), signal.SIGTERM)


class Runner:
    """Runs of one program with the checks of this tree. For several threads, a guest's name by one at a time."""

    def __init__(self, options):
        self.options = options
        self.program = os.path.abspath(options.program)
        self.environment = os.environ | {"IMGVERIFY": self.program, "IMGVERIFY_CHECKS": str(ROOT / "checks")}
        self.gate = digest_of_files(pathlib.Path(self.program).resolve(), ROOT / "checks")
        self.accelerator = "auto"
        self.stopping = threading.Event()
        self.running = set()
        (CACHE / "results").mkdir(parents=True, exist_ok=True)

    def catalogue(self):
        """The level of each check, by its id."""
        said = subprocess.run([self.program, "checks", "list", "--json"], env=self.environment, text=True,
                              capture_output=True)
        if said.returncode != 0:
            raise RuntimeError(f"'{self.program} checks list --json' failed: {said.stderr.strip()}")
        return {check["id"]: check["level"] for check in json.loads(said.stdout)}

    def call(self, words, log):
        """Runs a command to its end, what it says on standard error into a file: its exit status and output."""
        with open(log, "w") as file:
            # A session of its own, so that all of it can be ended, also what a wrapping command has started.
            process = subprocess.Popen(words, env=self.environment, cwd=ROOT, text=True, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=file, start_new_session=True)
            self.running.add(process)
            try:
                if self.stopping.is_set():
                    end_session(process.pid)
                said, _ = process.communicate()
            finally:
                self.running.discard(process)
        return process.returncode, said

    def stop(self):
        """Ends what runs; nothing is begun any more."""
        self.stopping.set()
        for process in self.running.copy():
            end_session(process.pid)

    def guest(self, name, members, *more):
        """The folder of the guest with these faults, a good one when there are none; None when it cannot be built."""
        words = [name] if len(members) <= 1 else ["--combine", name, *members]
        status, said = self.call([str(ROOT / "fixtures/build-guest"), *more, *words], CACHE / f"{name}.build.log")
        return pathlib.Path(said.strip().splitlines()[-1]) if status == 0 else None

    def kept(self, name, members, options):
        """Where the result of such a run is or will be kept; None when there is no such guest."""
        folder = self.guest(name, members, "--where")
        if folder is None:
            return None
        key = hashlib.sha256("\0".join((folder.name[-16:], self.gate, options)).encode()).hexdigest()[:24]
        return CACHE / f"results/{key}.json"

    def knows(self, name, faults, options):
        """Whether such a run of these faults need not be made again."""
        kept = self.kept(name, [fault.name for fault in faults], options)
        return bool(kept and kept.exists() and not self.options.fresh)

    def run(self, name, members, base, options, scale):
        """One run of the gate: `findings` (None when it judged nothing), `seconds`, `error`, whether it was `known`."""
        if self.stopping.is_set():
            raise KeyboardInterrupt
        result = {"findings": None, "seconds": 0, "error": "", "known": False}
        kept = self.kept(name, members, options)
        if kept and kept.exists() and not self.options.fresh:
            return json.loads(kept.read_text()) | {"known": True}
        folder = kept and self.guest(name, members)
        if folder is None:
            return result | {"error": self.last_words(name, "build") or "the guest could not be built"}
        output = CACHE / "runs" / name
        shutil.rmtree(output, ignore_errors=True)
        patience = self.options.boot_timeout or (45 if base == "tiny" else 180)
        words = [
            *shlex.split(self.options.wrap), self.program, str(folder / f"{name}.zfs.gz"), str(folder / f"{name}.json"),
            "--output", str(output), "--jobs", "1", "--no-cache", "--progress", "none", "--accel", self.accelerator,
            "--boot-timeout", f"{patience:g}", "--timeout-scale", f"{scale:g}",
            *(["--seed", "3"] if "--seed" not in options else []), *shlex.split(options)]
        started = time.monotonic()
        status, _ = self.call(words, CACHE / f"{name}.gate.log")
        result["seconds"] = round(time.monotonic() - started)
        if self.stopping.is_set():
            raise KeyboardInterrupt
        if len(members) > 1: # made in two seconds, and of no use to anybody else
            shutil.rmtree(folder, ignore_errors=True)
        self.learn(output / "journal.jsonl")
        try:
            findings = json.loads((output / "report.json").read_text())["findings"]
        except (OSError, ValueError, KeyError):
            return result | {"error": self.last_words(name, "gate") or f"exit status {status}, and no report"}
        result["findings"] = [
            {key: str(each.get(key) or "")[:300] for key in ("check", "boot", "outcome", "standing", "reason")}
            for each in findings]
        return result

    def keep(self, result, name, members, options):
        """Remembers a result that is worth it."""
        kept = self.kept(name, members, options)
        if kept and result["findings"] is not None and not result["known"]:
            part = kept.with_suffix(".part")
            part.write_text(json.dumps(result))
            part.replace(kept)

    def learn(self, journal):
        """Takes over what the gate has measured to be the best accelerator, so that the next runs need not."""
        if self.accelerator != "auto":
            return
        with contextlib.suppress(OSError, ValueError, KeyError):
            for line in journal.read_text().splitlines()[:50]:
                event = json.loads(line)
                if event["event"] == "accelerator":
                    self.accelerator = event["data"]["accelerator"]

    def last_words(self, name, of):
        try:
            lines = (CACHE / f"{name}.{of}.log").read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return " / ".join(line.strip()[:200] for line in lines[-2:])
