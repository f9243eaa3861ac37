"""What replay.py takes for possible after a power cut. Usage: python3 Tests/Safety/test_replay.py"""

import errno
import random
import unittest

import replay
from replay import CLOSE, CREATED, OPEN, RENAME, RESIZE, START, SYNC, UNLINK, WRITE, Disk, Record

FILE, DIRECTORY = 3, 4


def write(offset, data):
    return Record(WRITE, FILE, offset, data)


SYNC_FILE = Record(SYNC, FILE, 0, b"")
SYNC_FAILS = Record(SYNC, FILE, errno.EIO, b"")
SYNC_NAMES = Record(SYNC, DIRECTORY, 0, b"")
MADE = [Record(OPEN, DIRECTORY, 0, b"."), Record(OPEN, FILE, CREATED, b"a"), SYNC_NAMES]


def outcomes(*records, tries=2000):
    """Every state of the directory seen in many cuts after these records."""
    disk = Disk()
    for record in records:
        disk.apply(record)
    return {
        tuple(sorted((name, bytes(content)) for name, content in disk.after_cut(random.Random(seed)).items()))
        for seed in range(tries)
    }


def contents(*records):
    """The same of the one file `a`, which exists."""
    return {dict(state)["a"] for state in outcomes(*MADE, *records)}


class ReplayTests(unittest.TestCase):
    def test_a_synced_write_is_there(self):
        self.assertEqual(contents(write(0, b"x" * 512), SYNC_FILE), {b"x" * 512})

    def test_an_unsynced_write_is_there_or_not_and_may_be_torn_between_sectors_only(self):
        found = contents(write(0, b"-" * 1024), SYNC_FILE, write(0, b"x" * 1024))
        self.assertEqual(found, {a * 512 + b * 512 for a in (b"-", b"x") for b in (b"-", b"x")})

    def test_a_sector_has_every_write_before_the_one_it_has(self):
        found = contents(write(0, b"-" * 512), SYNC_FILE, write(0, b"x" * 100), write(100, b"y" * 412))
        self.assertEqual(found, {b"-" * 512, b"x" * 100 + b"-" * 412, b"x" * 100 + b"y" * 412})

    def test_writes_are_reordered(self):
        found = contents(write(0, b"-" * 1024), SYNC_FILE, write(0, b"x" * 512), write(512, b"y" * 512))
        self.assertIn(b"-" * 512 + b"y" * 512, found)
        self.assertIn(b"x" * 512 + b"-" * 512, found)

    def test_a_file_may_be_longer_without_its_bytes_and_shorter_with_them(self):
        found = contents(write(0, b"x" * 1024))
        self.assertIn(b"", found)
        self.assertIn(bytes(1024), found)
        self.assertIn(bytes(512) + b"x" * 512, found)
        garbage = {content[:512] for content in found if content} - {bytes(512), b"x" * 512}
        self.assertTrue(garbage)

    def test_a_new_size_is_there_or_not(self):
        found = contents(write(0, b"x" * 1024), SYNC_FILE, Record(RESIZE, FILE, 512, b""))
        self.assertEqual(found, {b"x" * 512, b"x" * 1024})

    def test_a_name_is_there_for_certain_after_a_sync_of_the_directory_only(self):
        made = [Record(OPEN, DIRECTORY, 0, b"."), Record(OPEN, FILE, CREATED, b"a"), write(0, b"x"), SYNC_FILE]
        self.assertEqual(outcomes(*made), {(), (("a", b"x"),)})
        self.assertEqual(outcomes(*made, SYNC_NAMES), {(("a", b"x"),)})
        self.assertEqual(outcomes(*made, Record(SYNC, DIRECTORY, errno.EIO, b"")), {(), (("a", b"x"),)})

    def test_a_removed_file_may_come_back_as_it_was_at_its_last_sync(self):
        removed = [*MADE, write(0, b"x"), SYNC_FILE, Record(CLOSE, FILE, 0, b""), Record(UNLINK, -1, 0, b"a")]
        self.assertEqual(outcomes(*removed), {(), (("a", b"x"),)})
        self.assertEqual(outcomes(*removed, SYNC_NAMES), {()})

    def test_a_renamed_file_has_one_of_its_names(self):
        renamed = [*MADE, write(0, b"x"), SYNC_FILE, Record(RENAME, -1, 0, b"a\0b")]
        self.assertEqual(outcomes(*renamed), {(("a", b"x"),), (("b", b"x"),)})

    def test_what_a_failed_sync_gave_up_is_not_written_by_the_next(self):
        given_up = [write(0, b"-" * 4096), SYNC_FILE, write(0, b"x" * 512), SYNC_FAILS]
        both = {b"-" * 4096, b"x" * 512 + b"-" * 3584}
        self.assertEqual(contents(*given_up, SYNC_FILE), both)
        self.assertEqual(contents(*given_up, Record(START, -1, 0, b""), Record(OPEN, FILE, 0, b"a"), SYNC_FILE), both)

    def test_writing_to_the_page_again_brings_back_what_was_given_up(self):
        again = [write(0, b"-" * 8192), SYNC_FILE, write(0, b"x" * 8192), SYNC_FAILS, write(512, b"y" * 512), SYNC_FILE]
        found = contents(*again)
        self.assertEqual({content[:4096] for content in found}, {b"x" * 512 + b"y" * 512 + b"x" * 3072})
        self.assertIn(b"-" * 4096, {content[4096:] for content in found})

    def test_what_was_given_up_and_cut_off_is_nowhere(self):
        self.assertEqual(contents(write(0, b"x" * 512), SYNC_FAILS, Record(RESIZE, FILE, 0, b""), SYNC_FILE), {b""})

    def test_the_program_sees_every_write(self):
        disk = Disk()
        for record in [*MADE, write(0, b"x" * 600), Record(RESIZE, FILE, 100, b""), write(700, b"y")]:
            disk.apply(record)
        self.assertEqual(disk.now(), {"a": b"x" * 100 + bytes(600) + b"y"})


unittest.main()
