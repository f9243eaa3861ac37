"""What the harnesses of this folder share: the programs under test, the preload library, where to work, the result."""

import collections
import concurrent.futures
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]


class Problem(Exception):
    """The harness cannot do its work; this says nothing about the store."""


def program(name):
    """The path of a program of this package, in .build/release or where HAIDANG_BUILD says."""
    directory = pathlib.Path(os.environ.get("HAIDANG_BUILD") or ROOT / ".build" / "release").resolve()
    path = directory / name
    if not os.access(path, os.X_OK):
        raise Problem(
            f"expected the program {path}, found none; build it with swift build -c release --product {name}, "
            "or name another build directory in HAIDANG_BUILD")
    return str(path)


def work_directory():
    """A directory that is removed when the harness ends: in memory where the system has room for that."""
    memory = "/dev/shm"
    roomy = os.path.isdir(memory) and shutil.disk_usage(memory).free > 1 << 30
    return tempfile.TemporaryDirectory(prefix="haidang-safety-", dir=memory if roomy else None)


def preload_library(directory):
    """Compiles Tests/Safety/preload and gives the library's path."""
    library = os.path.join(directory, "preload.so")
    sources = sorted(str(path) for path in (FOLDER / "preload").glob("*.c"))
    flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-unused-result", "-fPIC", "-shared", "-pthread"]
    try:
        subprocess.run(["cc", *flags, "-o", library, *sources, "-ldl"], check=True)
    except FileNotFoundError:
        raise Problem("expected a C compiler named cc, found none; install gcc") from None
    except subprocess.CalledProcessError:
        raise Problem("the preload library does not compile; see above") from None
    return library


def preloading(library, directory, *, recording=None, fault=None):
    """The environment for a program whose calls on `directory` are recorded or made to fail."""
    environment = dict(os.environ, LD_PRELOAD=library, HAIDANG_DIRECTORY=directory)
    if recording:
        environment["HAIDANG_RECORDING"] = recording
    if fault:
        environment["HAIDANG_FAULT"] = fault
    return environment


class Stuck(Problem):
    """A program said nothing for too long."""


class Writer:
    """A StoreWriter that runs."""

    def __init__(self, data, *arguments, environment=None, through=()):
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [*through, program("StoreWriter"), data, *arguments], stdout=subprocess.PIPE, stderr=self._errors,
            env=environment)
        self._rest = b""

    def lines(self, within=30.0):
        """What it prints, until it ends. `Stuck` when there is nothing for so many seconds."""
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN)
        while True:
            if not poll.poll(within * 1000):
                raise Stuck(f"nothing for {within:.0f} seconds")
            more = os.read(self._process.stdout.fileno(), 65536)
            *lines, self._rest = (self._rest + more).split(b"\n")
            yield from (line.decode() for line in lines)
            if not more:
                return

    def kill(self):
        """Ends it at once. True when it was still running."""
        self._process.kill()
        return self._process.wait() == -signal.SIGKILL

    @property
    def status(self):
        return self._process.returncode

    @property
    def errors(self):
        """What it wrote to standard error."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").strip()

    def close(self):
        """Ends it if it runs, and waits for it."""
        self.kill()
        self._process.stdout.close()


class Verifier:
    """StoreVerifier, one process for many directories."""

    def __init__(self):
        self._path = program("StoreVerifier")
        self._start()

    def _start(self):
        self._process = subprocess.Popen(
            [self._path, "--many"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, directory, acknowledged):
        """("whole", "17"), or ("lost" or "corrupt", why)."""
        try:
            print(f"{directory} {acknowledged}", file=self._process.stdin, flush=True)
            poll = select.poll()
            poll.register(self._process.stdout, select.POLLIN)
            is_stuck = not poll.poll(120_000)
            if is_stuck:
                self._process.kill()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer, is_stuck = "", False
        if not answer:
            status = self._process.wait()
            self._start()
            return "corrupt", "the verifier was stuck" if is_stuck else f"the verifier ended {ending(status)}"
        word, _, rest = answer.strip().partition(" ")
        return word, rest

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def ending(status):
    """How a process ended, in words."""
    return f"with status {status}" if status >= 0 else f"by signal {signal.Signals(-status).name}"


def in_parallel(jobs, function, items):
    """Calls the function with each item, so many at a time; the first error ends it."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as executor:
        for future in [executor.submit(function, item) for item in items]:
            future.result()


class Tally:
    """Counts verdicts, of several threads; tells of the first that are bad."""

    def __init__(self, progress, total, noun, is_planted):
        self._progress, self._total, self._noun, self._is_planted = progress, total, noun, is_planted
        self._lock = threading.Lock()
        self.counts = collections.Counter()
        self.done = 0

    def note(self, verdict, description):
        with self._lock:
            self.done += 1
            self.counts[verdict] += 1
            bad = self.lost + self.corrupt + self.crashes
            # The first few say enough, and of what was planted the first.
            if verdict in ("corrupt", "crash") or (verdict == "lost" and not self._is_planted):
                if bad <= 5:
                    self._progress.say(description)
            elif verdict == "lost" and self.lost == 1:
                self._progress.say(f"as planted: {description}")
            self._progress.show(f"{self.done} of {self._total} {self._noun}: {self.lost} lost, {self.corrupt} corrupt")

    lost = property(lambda self: self.counts["lost"])
    corrupt = property(lambda self: self.counts["corrupt"])
    crashes = property(lambda self: self.counts["crash"])

    @property
    def complaint(self):
        """None when all is as it has to be; a planted fault has to lose something."""
        if self.corrupt or self.crashes or (self.lost and not self._is_planted):
            return f"{self.lost} lost, {self.corrupt} corrupt, {self.crashes} crashed; the lines above say which"
        if self._is_planted and not self.lost:
            return "a planted fault was not found: the harness is blind"
        return None


class Progress:
    """A line on standard error every few seconds, or one that is overwritten on a terminal."""

    def __init__(self, every=10.0):
        self._every = 0.5 if sys.stderr.isatty() else every
        self._next = time.monotonic() + self._every
        self.began = time.monotonic()

    def show(self, text):
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every
        sys.stderr.write(f"\r\x1b[K{text}" if sys.stderr.isatty() else f"{text}\n")
        sys.stderr.flush()

    def say(self, text):
        """A line that stays."""
        sys.stderr.write(("\r\x1b[K" if sys.stderr.isatty() else "") + text + "\n")
        sys.stderr.flush()

    @property
    def seconds(self):
        return round(time.monotonic() - self.began, 1)


def keep(directory, under, name):
    """Copies a directory that failed to where it can be looked at."""
    target = os.path.join(under, name)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(directory, target)
    return f"kept in {target}"


def finish(result, complaint):
    """Prints the result, one line of JSON, and ends with 1 when there is something to complain about."""
    print(json.dumps(result), flush=True)
    if complaint:
        print(f"FAILED: {complaint}", file=sys.stderr)
    sys.exit(1 if complaint else 0)


def run(main):
    """Runs a harness; what keeps it from its work is a message and status 2."""
    try:
        main()
    except Problem as problem:
        print(f"{os.path.basename(sys.argv[0])}: {problem}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
