"""What a disk may hold after a power cut, from a log of the calls a program made (Tests/Safety/preload/recording.c).

The model, which is meaner than any one file system:

- A write changes the page cache. It is certainly on the disk only when a later fsync or fdatasync of the same file
  returned. Until then each 512-byte sector of the file may be on the disk as it was at the last sync, as it is now,
  or as it was after any write in between; neighbouring sectors need not agree.
- The size of a file is a thing of its own: it may be on the disk without the bytes that made the file longer, which
  then read as zeros or as whatever lay there, and the bytes may be there without the size.
- A name made, removed or renamed is certainly so on the disk only when an fsync of its directory returned.
- When an fsync fails, the kernel has tried once and calls the pages clean: what they held is not written by a later
  fsync that succeeds, unless the page (4096 bytes) was written to again in between. See
  https://wiki.postgresql.org/wiki/Fsync_Errors.
"""

import mmap
import struct

# The kinds of records, as in preload.h.
START, OPEN, WRITE, RESIZE, SYNC, CLOSE, UNLINK, RENAME, PRINT = range(1, 10)
CREATED, TRUNCATED = 1, 2
SECTOR = 512
PAGE = 4096
HEADER = struct.Struct("=IiqQ")


class Record:
    __slots__ = ("kind", "descriptor", "offset", "payload")

    def __init__(self, kind, descriptor, offset, payload):
        self.kind, self.descriptor, self.offset, self.payload = kind, descriptor, offset, payload


class Recording:
    """The log as a list of records; their bytes stay in the file."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self._bytes = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        self._starts = []
        position = 0
        while position < len(self._bytes):
            self._starts.append(position)
            position += HEADER.size + HEADER.unpack_from(self._bytes, position)[3]
        if position != len(self._bytes):
            raise ValueError(f"{path}: the last record is cut off")

    def __len__(self):
        return len(self._starts)

    def __getitem__(self, index):
        start = self._starts[index]
        kind, descriptor, offset, length = HEADER.unpack_from(self._bytes, start)
        return Record(kind, descriptor, offset, self._bytes[start + HEADER.size:start + HEADER.size + length])

    def __iter__(self):
        return (self[index] for index in range(len(self)))


class Change:
    """A write (`data` at `offset`), or a new size (`data` is None)."""

    __slots__ = ("offset", "data", "is_given_up")

    def __init__(self, offset, data):
        self.offset, self.data = offset, data
        # A sync of it failed.
        self.is_given_up = False

    @property
    def end(self):
        return self.offset + len(self.data or b"")

    def blocks(self, size):
        """The numbers of the blocks of `size` bytes that a write touches."""
        return range(self.offset // size, (self.end - 1) // size + 1)

    def part(self, start, end):
        """What of a write lies from `start` to `end` in the file, which is something."""
        first, last = max(start, self.offset), min(end, self.end)
        part = Change(first, self.data[first - self.offset:last - self.offset])
        part.is_given_up = self.is_given_up
        return part

    def apply(self, content):
        """Puts it into `content`."""
        if self.data is None:
            resize(content, self.offset)
            return
        if len(content) < self.offset:
            resize(content, self.offset)
        content[self.offset:self.end] = self.data


def resize(content, size):
    if len(content) > size:
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


class File:
    def __init__(self):
        # What the last sync made sure of.
        self.durable = bytearray()
        # What came after it, oldest first.
        self.pending = []
        # As the program sees it.
        self.size = 0

    def change(self, change):
        self.pending.append(change)
        self.size = change.offset if change.data is None else max(self.size, change.end)

    def sync(self):
        # All writes that were not given up came after those that were.
        rewritten = set()
        if any(change.is_given_up for change in self.pending):
            for change in self.pending:
                if change.data is not None and not change.is_given_up:
                    rewritten.update(change.blocks(PAGE))
        remaining = []
        for change in self.pending:
            if change.data is None:
                change.apply(self.durable)
                # What is cut off is nowhere any more.
                remaining = [write.part(0, change.offset) for write in remaining if write.offset < change.offset]
            elif not change.is_given_up:
                change.apply(self.durable)
            else:
                for block in change.blocks(PAGE):
                    part = change.part(block * PAGE, (block + 1) * PAGE)
                    if block in rewritten:
                        part.apply(self.durable)
                    else:
                        remaining.append(part)
        resize(self.durable, self.size)
        self.pending = remaining

    def sync_failed(self):
        for change in self.pending:
            change.is_given_up = True

    def now(self):
        """As the program sees it."""
        return self.surviving(lambda changes: Survival.everything(changes))

    def after_cut(self, generator):
        """As a disk may have it when the power goes now."""
        return self.surviving(lambda changes: Survival.chosen(changes, generator))

    def surviving(self, choose):
        if not self.pending:
            return self.durable
        survival = choose(self.pending)
        content = bytearray(self.durable)
        size = len(content)
        for number, change in enumerate(self.pending):
            if number < survival.sized:
                size = change.offset if change.data is None else max(size, change.end)
            if change.data is None:
                # Sizes are kept in order: up to here all of them, and none beyond.
                if number < survival.sized:
                    change.apply(content)
                continue
            for block in change.blocks(SECTOR):
                # A sector that has a later write has this one too: the page cache held both.
                if survival.newest.get(block, -1) >= number:
                    change.part(block * SECTOR, (block + 1) * SECTOR).apply(content)
        resize(content, size)
        if survival.garbage is not None:
            for block in range(-(-len(self.durable) // SECTOR), size // SECTOR):
                if block not in survival.newest:
                    content[block * SECTOR:(block + 1) * SECTOR] = survival.garbage
        return content


class Survival:
    """Which of a file's pending changes are on the disk."""

    def __init__(self, changes, sized, garbage=None):
        # By sector: the number of the newest write that is on the disk.
        self.newest = {}
        # The file's size is as after so many changes.
        self.sized = sized
        # What a new sector holds that was never written; None: zeros.
        self.garbage = garbage

    def keep(self, number, blocks):
        for block in blocks:
            self.newest[block] = number

    @classmethod
    def everything(cls, changes):
        survival = cls(changes, len(changes))
        for number, change in enumerate(changes):
            if change.data is not None:
                survival.keep(number, change.blocks(SECTOR))
        return survival

    @classmethod
    def chosen(cls, changes, generator):
        count = len(changes)
        kind = generator.choice(KINDS)
        garbage = generator.randbytes(SECTOR) if generator.random() < 0.3 else None
        if kind == "all":
            return cls.everything(changes)
        if kind == "none":
            return cls(changes, 0)
        cut = generator.randrange(count)
        if kind == "prefix":
            sized = cut + generator.randrange(2)
        else:
            sized = generator.choice([count, count, generator.randrange(count + 1), 0])
        survival = cls(changes, sized, garbage)
        share = generator.choice([0.05, 0.5, 0.95])
        pages = {}
        for number, change in enumerate(changes):
            if change.data is None:
                continue
            blocks = change.blocks(SECTOR)
            if kind == "prefix":
                # In order, and the last one torn.
                if number > cut:
                    break
                if number == cut:
                    blocks = blocks[:generator.randrange(len(blocks) + 1)]
            elif kind == "one lost":
                if number == cut:
                    continue
            elif kind == "writes":
                if generator.random() >= share:
                    continue
            elif kind == "pages":
                # A page is on the disk as it is now, or not at all.
                for page in change.blocks(PAGE):
                    if page not in pages:
                        pages[page] = generator.random() < share
                blocks = [block for block in blocks if pages[block * SECTOR // PAGE]]
            elif kind == "sectors":
                blocks = [block for block in blocks if generator.random() < share]
            survival.keep(number, blocks)
        return survival


# Of each kind as often as it is here.
KINDS = ["none"] * 2 + ["all"] + ["prefix"] * 3 + ["one lost"] + ["writes"] * 2 + ["pages"] + ["sectors"] * 2


class Disk:
    """A directory, its files, and what of them is certain to be on the disk; moved on record by record."""

    DIRECTORY = "."

    def __init__(self):
        # By name, as the program sees them.
        self.names = {}
        self._durable_names = {}
        # Changes of names since the last sync of the directory: lists of (name, file or None) that happen together.
        self._pending_names = []
        # By descriptor: a file, or `DIRECTORY`.
        self._open = {}
        # The number the program printed last; 0 before the first.
        self.acknowledged = 0

    def apply(self, record):
        if record.kind == START:
            self._open = {}
        elif record.kind == OPEN:
            self._opened(record)
        elif record.kind == WRITE:
            self._open[record.descriptor].change(Change(record.offset, record.payload))
        elif record.kind == RESIZE:
            self._open[record.descriptor].change(Change(record.offset, None))
        elif record.kind == SYNC:
            self._synced(record)
        elif record.kind == CLOSE:
            self._open.pop(record.descriptor, None)
        elif record.kind == UNLINK:
            self._rename([(text(record.payload), None)])
        elif record.kind == RENAME:
            old, new = text(record.payload).split("\0")
            self._rename([(new, self.names[old]), (old, None)])
        elif record.kind == PRINT:
            numbers = [int(word) for word in text(record.payload).split() if word.isdigit()]
            self.acknowledged = max([self.acknowledged, *numbers])

    def _opened(self, record):
        name = text(record.payload)
        if name == ".":
            self._open[record.descriptor] = self.DIRECTORY
            return
        if record.offset & CREATED:
            self._rename([(name, File())])
        elif record.offset & TRUNCATED:
            self.names[name].change(Change(0, None))
        self._open[record.descriptor] = self.names[name]

    def _rename(self, changes):
        self._pending_names.append(changes)
        put_names(self.names, changes)

    def _synced(self, record):
        file = self._open[record.descriptor]
        if file != self.DIRECTORY:
            file.sync() if record.offset == 0 else file.sync_failed()
        elif record.offset == 0:
            for changes in self._pending_names:
                put_names(self._durable_names, changes)
            self._pending_names = []

    def now(self):
        """The files by name, as the program sees them."""
        return {name: file.now() for name, file in self.names.items()}

    def after_cut(self, generator):
        """The files by name, as a disk may have them when the power goes now."""
        names = dict(self._durable_names)
        share = generator.choice([0, 0.5, 1])
        for changes in self._pending_names:
            if generator.random() < share:
                put_names(names, changes)
        return {name: file.after_cut(generator) for name, file in sorted(names.items())}


def checkpoints(recording):
    """The places of the checkpoints: (first write to the database, the sync of it that ends it)."""
    found, names, first, has_log = [], {}, None, False
    for index, record in enumerate(recording):
        if record.kind == START:
            names = {}
        elif record.kind == OPEN:
            names[record.descriptor] = text(record.payload)
        elif record.kind == WRITE:
            name = names[record.descriptor]
            # What is written before there is a log makes the file.
            has_log = has_log or name == "metrics.db-wal"
            if name == "metrics.db" and has_log and first is None:
                first = index
        elif record.kind == SYNC and names[record.descriptor] == "metrics.db" and first is not None:
            found.append((first, index))
            first = None
    return found


def put_names(names, changes):
    for name, file in changes:
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


def text(payload):
    return bytes(payload).decode()
