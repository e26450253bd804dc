from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from ..models.customer_portal_throttle import Limit
from .common import DocumentCase

LIMITS = {"guess": Limit(2, 900), "all": Limit(3, 3600), "report": Limit(0, 3600)}


@tagged("-at_install", "post_install")
@freeze_time("2026-05-04 10:00:00")
class TestThrottle(DocumentCase):
    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.Throttle = self.env["customer.portal.throttle"]
        self.Throttle.search([]).unlink()
        patcher = patch.object(type(self.Throttle), "_get_limits", lambda self: LIMITS)
        self.startPatcher(patcher)

    def count(self, *uses):
        return self.Throttle._count(*uses)

    def test_the_last_use_that_is_allowed_passes(self):
        """REQ S-8"""
        waits = [self.count(("guess", "here")) for _time in range(4)]
        self.assertEqual(waits, [0, 0, 900, 900])

    def test_keys_and_names_are_counted_apart(self):
        """REQ S-8"""
        for use in (("guess", "here"), ("guess", "there"), ("all", "here")):
            self.assertEqual([self.count(use) for _time in range(2)], [0, 0])

    def test_the_longest_wait_is_told(self):
        """REQ S-8"""
        for _time in range(3):
            self.count(("all", 1))
        self.assertEqual(self.count(("guess", "new"), ("all", 1)), 3600)

    def test_the_window_begins_with_the_first_use(self):
        """REQ S-8"""
        with freeze_time("2026-05-04 10:00:00") as clock:
            self.count(("guess", "here"))
            clock.tick(600)
            self.count(("guess", "here"))
            self.assertEqual(self.count(("guess", "here")), 300)
            clock.tick(300)
            self.assertEqual(self.count(("guess", "here")), 0)

    def test_who_is_stopped_uses_up_nothing_of_others(self):
        """REQ S-8"""
        for _time in range(9):
            self.count(("guess", "here"), ("all", 1))
        self.assertEqual(self.count(("guess", "there"), ("all", 1)), 0)

    def test_asking_counts_nothing(self):
        """REQ S-8"""
        use = ("guess", "here")
        self.assertEqual(self.Throttle._get_wait(use), 0)
        self.count(use)
        self.assertEqual(self.Throttle._get_wait(use), 0)
        self.count(use)
        self.assertEqual(self.Throttle._get_wait(use), 900)
        self.assertEqual(self.Throttle._get_wait(("guess", "there")), 0)
        with freeze_time("2026-05-04 10:15:00"):
            self.assertEqual(self.Throttle._get_wait(use), 0)

    def test_a_setting_says_how_many_or_that_there_is_no_limit(self):
        """REQ S-8"""
        self.assertEqual(self.count(("report", "here", 1)), 0)
        self.assertEqual(self.count(("report", "here", 1)), 3600)
        self.assertEqual(self.count(("report", "here", 0)), 0)
        self.assertEqual(self.Throttle._get_wait(("report", "here", 0)), 0)

    def test_what_turned_out_fine_is_taken_back_everywhere(self):
        """REQ S-8"""
        mine, all_ = ("guess", "here"), ("all", 1)
        self.count(("guess", "there"), all_)
        self.count(mine, all_)
        self.count(mine, all_)
        self.Throttle._forget(mine, all_)
        waits = [self.count(mine, all_) for _time in range(2)]
        self.assertEqual(waits, [0, 0])
        self.assertEqual(self.Throttle._get_wait(all_), 3600)

    def test_the_table_tells_no_key(self):
        """REQ S-8"""
        self.count(("guess", "198.51.100.7"))
        for row in self.Throttle.search([]).read(["key_digest"]):
            self.assertRegex(row["key_digest"], r"\A[0-9a-f]{64}\Z")

    def test_it_is_counted_beside_the_request(self):
        """REQ S-8"""
        cursor = self.registry.cursor
        with patch.object(self.registry, "cursor", side_effect=cursor) as own:
            self.count(("guess", "here"))
        self.assertEqual(own.call_count, 1)
        digest = self.Throttle._get_digest("guess", "here")
        self.assertEqual(self.Throttle.search([("key_digest", "=", digest)]).count, 1)

    def test_what_is_not_locked_is_not_forgotten(self):
        """REQ S-8: what others count in between would be waited for out of order, for ever"""
        self.count(("all", 1))
        use = ("guess", "forgotten by another")
        self.Throttle._get_digest(*use)
        with self.assertQueryCount(1):
            self.Throttle._forget_here(use, ("all", 1))
        self.assertEqual([self.count(("all", 1)) for _time in range(3)], [0, 0, 3600])

    def test_windows_that_are_over_are_removed(self):
        """REQ S-8"""
        self.count(("guess", "here"))
        digest = self.Throttle._get_digest("guess", "here")
        counted = self.Throttle.search([("key_digest", "=", digest)])
        self.Throttle._gc_windows()
        self.assertTrue(counted.exists())
        with freeze_time("2026-05-04 10:15:00"):
            self.Throttle._gc_windows()
        self.assertFalse(counted.exists())

    def test_only_administrators_read_it(self):
        """REQ S-8"""
        for user in (self.owner, self.staff, self.manager):
            self.assertFalse(self.Throttle.with_user(user).has_access("read"))
