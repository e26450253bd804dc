from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from odoo.addons.customer_portal_docs.exceptions import NotFound

from ..common import PASSWORD, ShareCase


@tagged("-at_install", "post_install")
class TestShare(ShareCase):
    """The model: state, link, password, policies, who may manage."""

    # -- link

    def test_each_share_has_a_link_of_32_random_bytes(self):
        share, other = (self._create_share(self.document) for _ in range(2))
        token = share.sudo().token
        self.assertEqual(len(token), 43)
        self.assertNotEqual(token, other.sudo().token)
        self.assertTrue(share.url.endswith(f"/share/{token}"))
        self.assertEqual(len(share.sudo().token_digest), 64)

    def test_only_who_manages_the_share_reads_its_link(self):
        share = self._create_share(self.document)
        self.assertTrue(share.with_user(self.portal_manager).url)
        self.exporter = self._create_staff(
            "test_exporter",
            "customer_portal_shares.group_portal_manager",
            "base.group_allow_export",
        )
        colleague = self._create_staff(
            "test_other_sharer", "customer_portal_docs.group_document_user"
        )
        for user in (colleague, self.staff, self.owner):
            with self.assertRaises(AccessError):
                share.with_user(user).read(["url"])
        for name in ("token", "token_digest", "password_hash"):
            with self.assertRaises(AccessError):
                share.read([name])
            with self.assertRaises(AccessError):
                share.with_user(self.exporter).export_data([name])
            with self.assertRaises(AccessError):
                share.search([(name, "like", "a")])
            with self.assertRaises(AccessError):
                share.write({name: "x"})

    def test_staff_are_told_why_an_active_link_opens_for_nobody(self):
        """REQ S-13, S-14"""
        share = self._create_share(self.document).with_user(self.sharer)
        secured = self._create_secured_share(self.document).with_user(self.sharer)
        shares = share + secured

        def read(*words):
            self.env.invalidate_all()
            for one, expected in zip(shares, words, strict=True):
                self.assertIn(expected or "False", str(one.shut_warning))

        read(None, None)
        self.company.portal_share_web_links = False
        read("switched off", None)
        share.active = False
        read(None, None)
        self.company.portal_share_web_links = share.active = True
        self.document.active = False
        read("no longer read", "no longer read")
        self.document.active = True
        self.sharer.active = False
        shares = shares.with_user(self.portal_manager)
        read("archived", "archived")
        self.sharer.active = True
        self._move_to_elsewhere(self.sharer)
        read("not belong to the company", "not belong to the company")

    def _move_to_elsewhere(self, user):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        user.write(
            {"company_id": elsewhere.id, "company_ids": [Command.set(elsewhere.ids)]}
        )

    def test_a_renewed_link_is_another_one(self):
        """REQ S-12"""
        share = self._create_share(self.document)
        before = share.url
        share.action_renew_link()
        self.assertNotEqual(share.url, before)

    def test_nobody_renews_a_link_of_others(self):
        share = self._create_share(self.document)
        other = self._create_staff(
            "test_renewer", "customer_portal_docs.group_document_user"
        )
        with self.assertRaises(AccessError):
            share.with_user(other).action_renew_link()

    # -- state

    def test_a_share_expires_at_the_end_of_the_day_of_its_owner(self):
        self.sharer.tz = "Pacific/Auckland"  # UTC+13 in January
        share = self._create_share(self.document, expiration_date="2026-01-15")
        cases = {"2026-01-15 10:59:59": "active", "2026-01-15 11:00:00": "expired"}
        for now, state in cases.items():
            with self.subTest(now), freeze_time(now):
                share.invalidate_recordset(["state"])
                self.assertEqual(share.state, state)
                Share = self.env["customer.portal.share"]
                found = Share.search([("state", "=", state), ("id", "=", share.id)])
                self.assertEqual(found, share.with_env(self.env))

    def test_a_share_is_activated_and_deactivated(self):
        """REQ S-5"""
        shares = self._create_share(self.document) | self._create_share(self.folder)
        shares.action_deactivate()
        self.assertEqual(shares.mapped("state"), ["inactive", "inactive"])
        shares.action_activate()
        self.assertEqual(shares.mapped("state"), ["active", "active"])

    def test_an_expired_share_lives_on_when_it_is_activated(self):
        """REQ S-12"""
        share = self._create_share(self.document, expiration_date="2020-01-01")
        self.assertEqual(share.state, "expired")
        share.action_activate()
        self.assertEqual(share.state, "active")
        self.assertTrue(share.expiration_date)

    def test_a_share_of_an_archived_owner_is_inactive(self):
        """REQ S-14"""
        share = self._create_share(self.document)
        self.sharer.active = False
        share = share.with_env(self.env)
        self.assertEqual(share.state, "inactive")
        inactive = self.env["customer.portal.share"].search(
            [("state", "=", "inactive")]
        )
        self.assertIn(share, inactive)

    def test_a_share_of_an_owner_who_left_the_company_is_inactive(self):
        """REQ S-14: wherever its state is told"""
        share = self._create_share(self.folder)
        self.assertEqual((share.state, share.shut_reason), ("active", False))
        self._move_to_elsewhere(self.sharer)
        share = share.with_user(self.portal_manager)
        self.assertEqual(
            (share.state, share.shut_reason), ("inactive", "owner_elsewhere")
        )
        Share = share.browse()
        self.assertIn(share, Share.search([("state", "=", "inactive")]))
        self.assertNotIn(share, Share.search([("state", "=", "active")]))
        self.sharer.company_ids |= self.company
        self.assertEqual((share.state, share.shut_reason), ("active", False))

    def test_no_share_is_handed_over_to_another_company(self):
        """REQ S-5, S-14: its link would open for nobody"""
        folder = self.folder.create({"name": "Of all", "company_id": False})
        share = self._create_share(folder).with_user(self.portal_manager)
        heir = self._create_staff(
            "test_heir", "customer_portal_docs.group_document_user"
        )
        self._move_to_elsewhere(heir)
        with self.assertRaisesRegex(AccessError, "The owner"):
            share.user_id = heir
        heir.company_ids |= self.company
        share.user_id = heir
        self.assertEqual(share.state, "active")
        domain = safe_eval(
            share._fields["user_id"].domain, {"company_id": share.company_id.id}
        )
        self.assertIn(heir, heir.search(domain))
        heir.company_ids -= self.company
        self.assertNotIn(heir, heir.search(domain))

    def _create_leaver(self):
        """Return one more user of documents, who will leave."""
        group = "customer_portal_docs.group_document_user"
        return self._create_staff("test_leaver", group)

    def test_what_odoo_itself_shares_is_an_administrator_s(self):
        """REQ S-14: nothing opens with the rights of its own user, which is archived"""
        self.assertTrue(self.env.user._is_superuser())
        item = {"res_model": self.document._name, "res_id": self.document.id}
        vals = {"name": "Made", "item_ids": [Command.create(item)]}
        Share = self.env["customer.portal.share"]
        share = Share.create(vals)
        self.assertEqual(share.user_id, self.env.ref("base.user_admin"))
        self.assertEqual(share.state, "active")
        self.assertTrue(self._open_as_visitor(share))
        # what names that user stays closed
        named = Share.create({**vals, "user_id": self.env.uid})
        self.assertEqual(named.state, "inactive")
        with self.assertRaises(NotFound):
            self._open_as_visitor(named)

    def _open_as_visitor(self, share):
        visitor = self.env.ref("base.public_user")
        Share = self.env["customer.portal.share"].with_user(visitor)
        return Share._open_sudo(share.token)

    def test_the_list_tells_why_a_share_is_closed(self):
        """REQ S-5, S-14: what neither its state nor who looks explains"""
        leaver = self._create_leaver()
        shares = self._create_share(self.document, user=leaver)
        shares |= self._create_share(self.document)
        shares |= self._create_secured_share(self.document)
        shares |= self._create_share(self.document, active=False)
        expired = self._create_share(
            self.document, user=leaver, expiration_date="2020-01-01"
        )
        shares |= expired
        leaver.active = False
        self.company.portal_share_web_links = False
        shares = shares.with_user(self.portal_manager)
        self.assertEqual(
            shares.mapped("shut_reason"),
            ["owner_archived", "web_links_off", False, False, False],
        )
        self.assertEqual(shares[-1].state, "expired")
        self.assertIn(expired, shares.search([("state", "=", "expired")]))

    def test_a_manager_hands_the_shares_of_a_leaver_over(self):
        """REQ S-5, S-14: several at once, to whom may read what they show"""
        leaver = self._create_leaver()
        shares = self._create_share(self.document, user=leaver)
        shares |= self._create_share(self.folder, user=leaver)
        leaver.active = False
        with self.assertRaises(AccessError):
            shares.with_user(self.sharer).write({"user_id": self.sharer.id})
        shares = shares.with_user(self.portal_manager)
        with self.assertRaises(AccessError):
            shares.write({"user_id": self.staff.id})
        shares.write({"user_id": self.sharer.id, "expiration_date": "2100-01-01"})
        self.assertEqual(set(shares.mapped("state")), {"active"})
        self.assertFalse(any(shares.mapped("shut_reason")))

    def test_of_several_shares_the_one_that_is_refused_is_named(self):
        """REQ S-5, S-13, S-14"""
        leaver = self._create_leaver()
        shares = self._create_share(
            self.folder, user=leaver, name="First", password=PASSWORD
        )
        shares |= self._create_share(self.document, user=leaver, name="Second")
        shares = shares.with_user(self.portal_manager)
        self.company.portal_share_password_required = True
        with self.assertRaisesRegex(ValidationError, "“Second”: .*password"):
            shares.write({"user_id": self.sharer.id})
        with self.assertRaisesRegex(ValidationError, "^Every share"):
            shares[1].write({"user_id": self.sharer.id})
        with self.assertRaisesRegex(AccessError, "“First”: The owner"):
            shares.write({"user_id": self.staff.id})
        with self.assertRaisesRegex(AccessError, "^The owner"):
            shares[0].write({"user_id": self.staff.id})

    def test_closed_shares_are_handed_over_whatever_the_policies(self):
        """REQ S-5, S-13: they are asked when the shares are to open again"""
        leaver = self._create_leaver()
        expired = self._create_share(
            self.document, user=leaver, expiration_date="2020-01-01"
        )
        link = self._create_share(self.document, user=leaver, password=PASSWORD)
        without = self._create_share(self.document, user=leaver)
        leaver.active = False
        self.company.write(
            {"portal_share_password_required": True, "portal_share_web_links": False}
        )
        shares = (expired | link).with_user(self.portal_manager)
        shares.write({"user_id": self.sharer.id})
        for share in shares:
            self.assertEqual(share.user_id, self.sharer)
            with self.assertRaises(ValidationError):
                share.expiration_date = "2100-01-01"
        with self.assertRaises(ValidationError):
            shares[0].action_activate()
        # nobody asks the share once web links are switched on again, or an owner comes back
        for owner in (self.sharer, leaver):
            with self.assertRaisesRegex(ValidationError, "needs a password"):
                without.with_user(self.portal_manager).user_id = owner

    def test_the_list_changes_owners_and_days_alone(self):
        """REQ S-5: what is changed for several shares at once"""
        Share = self.env["customer.portal.share"].with_user(self.portal_manager)
        view = Share.get_view(view_type="list")
        fields_info = Share.fields_get()
        editable = {
            node.get("name")
            for node in etree.fromstring(view["arch"]).xpath("//list/field")
            if not fields_info[node.get("name")]["readonly"]
            and node.get("readonly") not in ("1", "True")
        }
        self.assertEqual(editable, {"user_id", "expiration_date"})

    def test_dates_at_the_end_of_time_are_no_error(self):
        share = self._create_share(self.document, expiration_date="9999-12-31")
        self.assertEqual(share.state, "active")

    # -- password

    def test_a_password_is_kept_as_a_hash_alone(self):
        share = self._create_share(self.document, password=PASSWORD)
        self.assertTrue(share.has_password)
        self.assertFalse(share.password)
        self.assertFalse(share.read(["password"])[0]["password"])
        self.assertNotIn(PASSWORD, share.sudo().password_hash)
        self.assertTrue(share.sudo().password_hash.startswith("$pbkdf2-sha512$"))
        self.assertTrue(share.sudo()._is_password(PASSWORD))
        self.assertFalse(share.sudo()._is_password(PASSWORD.upper()))

    def test_a_password_is_changed_and_removed(self):
        share = self._create_share(self.document, password=PASSWORD)
        share.password = "another horse"
        self.assertTrue(share.sudo()._is_password("another horse"))
        share.password = False
        self.assertFalse(share.has_password)

    def test_the_form_sets_a_password_and_an_emptied_field_removes_none(self):
        share = self._create_share(self.document)
        with Form(share) as form:
            form.new_password = PASSWORD
        self.assertTrue(share.sudo()._is_password(PASSWORD))
        self.assertFalse(share.read(["new_password"])[0]["new_password"])
        with Form(share) as form:
            form.new_password = "another horse"
            form.new_password = False
            form.note = "Saved"
        self.assertEqual(share.note, "Saved")
        self.assertTrue(share.sudo()._is_password(PASSWORD))
        for empty in (False, None, ""):
            share.write({"new_password": empty})
            self.assertTrue(share.has_password)

    def test_a_password_is_removed_by_a_button(self):
        """REQ S-5"""
        shares = self._create_share(self.document, password=PASSWORD)
        shares |= self._create_share(self.folder, password=PASSWORD)
        shares.action_remove_password()
        self.assertEqual(shares.mapped("has_password"), [False, False])

    def test_a_password_is_not_removed_where_the_company_wants_one(self):
        """REQ S-13"""
        share = self._create_share(self.document, password=PASSWORD)
        self.company.portal_share_password_required = True
        with self.assertRaisesRegex(UserError, "replaced, not removed"):
            share.action_remove_password()
        self.assertTrue(share.has_password)

    def test_the_form_offers_what_the_company_allows(self):
        """REQ S-13: and lets what was allowed before be taken back"""
        share = self._create_share(self.document, allow_upload=True, password=PASSWORD)
        self.company.write(
            {
                "portal_share_password_required": True,
                "portal_share_web_links": False,
                "portal_share_uploads": False,
            }
        )
        with Form(share) as form:
            self.assertTrue(form.is_password_required)
            self.assertFalse(form._get_modifier("allow_upload", "invisible"))
            form.access = "secured"
            form.user_ids.add(self.owner)
            form.allow_upload = False
        self.assertEqual((share.access, share.allow_upload), ("secured", False))
        with Form(share) as form:
            self.assertTrue(form._get_modifier("access", "readonly"))
            self.assertTrue(form._get_modifier("allow_upload", "invisible"))

    def test_nobody_removes_the_password_of_another(self):
        share = self._create_share(self.document, password=PASSWORD)
        other = self._create_staff(
            "test_remover", "customer_portal_docs.group_document_user"
        )
        with self.assertRaises(AccessError):
            share.with_user(other).action_remove_password()
        self.assertTrue(share.has_password)

    def test_people_are_told_how_long_a_password_has_to_be(self):
        share = self._create_share(self.document)
        Wizard = self.env["customer.portal.share.wizard"].with_user(self.sharer)
        for setting, length in (("0", 8), ("12", 12)):
            self.env["ir.config_parameter"].set_param(
                "auth_password_policy.minlength", setting
            )
            for hint in (share.password_hint, Wizard.create({}).password_hint):
                self.assertEqual(hint, f"At least {length} characters")
            share.invalidate_recordset(["password_hint"])
        share.password = "a long enough password"
        self.assertEqual(
            share.password_hint,
            "Leave empty to keep the current password. At least 12 characters",
        )

    def test_a_short_password_is_refused_with_a_reason(self):
        with self.assertRaisesRegex(ValidationError, "at least 8"):
            self._create_share(self.document, password="1234567")
        self.env["ir.config_parameter"].set_param(
            "auth_password_policy.minlength", "12"
        )
        with self.assertRaisesRegex(ValidationError, "at least 12"):
            self._create_share(self.document, password="12345678901")

    def test_shares_are_found_by_whether_they_have_a_password(self):
        with_one = self._create_share(self.document, password=PASSWORD)
        without = self._create_share(self.document)
        Share = self.env["customer.portal.share"]
        found = Share.search([("has_password", "=", True)])
        self.assertIn(with_one.id, found.ids)
        self.assertNotIn(without.id, found.ids)
        found = Share.search([("has_password", "=", False)])
        self.assertNotIn(with_one.id, found.ids)
        self.assertIn(without.id, found.ids)

    def test_a_share_cannot_be_duplicated(self):
        with self.assertRaises(UserError):
            self._create_share(self.document, password=PASSWORD).copy()

    # -- policies

    def test_a_company_may_want_a_password(self):
        """REQ S-13"""
        self.company.portal_share_password_required = True
        with self.assertRaisesRegex(ValidationError, "password"):
            self._create_share(self.document)
        share = self._create_share(self.document, password=PASSWORD)
        with self.assertRaisesRegex(ValidationError, "password"):
            share.password = False

    def test_a_company_may_want_an_expiry_date(self):
        """REQ S-13"""
        self.company.portal_share_expiration_required = True
        with self.assertRaisesRegex(ValidationError, "expiry"):
            self._create_share(self.document)
        share = self._create_share(self.document, expiration_date="2100-01-01")
        with self.assertRaisesRegex(ValidationError, "expiry"):
            share.expiration_date = False

    def test_a_company_may_limit_how_long_shares_last(self):
        """REQ S-13"""
        today = self._today()
        self.company.portal_share_expiration_max_days = 10
        with self.assertRaisesRegex(ValidationError, "10 days"):
            self._create_share(
                self.document, expiration_date=today + timedelta(days=11)
            )
        share = self._create_share(
            self.document, expiration_date=today + timedelta(days=10)
        )
        self.assertEqual(share.state, "active")

    def test_an_expired_share_is_not_activated_for_longer_than_allowed(self):
        share = self._create_share(self.document, expiration_date="2020-01-01")
        today = share._get_last_day(0)
        self.company.portal_share_expiration_max_days = 3
        share.action_activate()
        self.assertEqual(share.expiration_date, today + timedelta(days=3))

    def test_a_company_may_switch_web_links_off(self):
        """REQ S-13"""
        self.company.portal_share_web_links = False
        with self.assertRaisesRegex(ValidationError, "Web links"):
            self._create_share(self.document)
        self.assertTrue(self._create_secured_share(self.document))

    def test_policies_do_not_stand_in_the_way_of_closing_a_share(self):
        share = self._create_share(self.document)
        self.company.portal_share_password_required = True
        share.action_deactivate()
        self.assertEqual(share.state, "inactive")
        with self.assertRaises(ValidationError):
            share.action_activate()

    def test_days_are_not_negative(self):
        for name in ("portal_share_expiration_max_days", "portal_share_log_days"):
            with self.subTest(name), self.assertRaises(ValidationError):
                self.company[name] = -1

    def _today(self):
        return self._create_share(
            self.document, expiration_date="2100-01-01"
        )._get_last_day(0)

    # -- what can be shared, and by whom

    def test_nobody_shares_what_he_may_not_read(self):
        """REQ S-14"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_document(company_id=elsewhere.id)
        with self.assertRaises(AccessError):
            self._create_share(foreign)

    def test_nobody_shares_in_the_name_of_another(self):
        with self.assertRaises(AccessError):
            self._create_share(self.document, user_id=self.manager.id)
        share = self._create_share(self.document)
        with self.assertRaises(AccessError):
            share.user_id = self.manager

    def test_the_owner_must_be_able_to_read_what_is_shared(self):
        with self.assertRaises(AccessError):
            self._create_share(
                self.document, user=self.portal_manager, user_id=self.staff.id
            )

    def test_many_records_are_checked_at_the_cost_of_one(self):
        """REQ S-1: people select thousands of documents, and press Share"""
        Wizard = self.env["customer.portal.share.wizard"].with_user(self.sharer)

        def count(number):
            documents = self.env["customer.portal.document"]
            for _time in range(number):
                documents |= self._create_document()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            share = self._create_share(*documents)
            share.write({"access": "secured", "user_ids": self.owner.ids})
            self.env.flush_all()
            checked = self.env.cr.sql_log_count - before
            items = Wizard._open_for(documents.with_user(self.sharer))
            items = Wizard.browse(items["res_id"]).item_ids
            items = items.browse(items.ids)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            items._check_readable()
            return checked, self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(20), count(2))

    def test_one_of_many_that_may_not_be_shared_is_enough(self):
        """REQ S-14"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_document(company_id=elsewhere.id)
        gone = self._create_document()
        gone.unlink()
        for bad, error in ((foreign, AccessError), (gone, ValidationError)):
            with self.subTest(error), self.assertRaises(error):
                self._create_share(self.document, bad, self.other_document)

    def test_only_shareable_kinds_are_shared(self):
        for record in (self.env.user, self.owner.partner_id):
            with self.subTest(record), self.assertRaises(ValidationError):
                self._create_share(record)

    def test_nothing_is_twice_in_a_share(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._create_share(self.document, self.document)

    def test_what_does_not_exist_is_not_shared(self):
        document = self._create_document()
        document.unlink()
        with self.assertRaises(ValidationError):
            self._create_share(document)

    def test_a_share_is_of_one_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.sharer.company_ids = [Command.link(elsewhere.id)]
        with self.assertRaises(ValidationError):
            self._create_share(
                self._create_document(company_id=elsewhere.id).with_context(
                    allowed_company_ids=[self.company.id, elsewhere.id]
                ),
            )

    def test_customers_and_staff_without_the_role_see_no_shares(self):
        share = self._create_secured_share(self.document)
        for user in (self.owner, self.stranger, self.staff):
            with self.subTest(user.login), self.assertRaises(AccessError):
                share.with_user(user).read(["name"])
            for model in ("share.item", "share.access"):
                with self.assertRaises(AccessError):
                    self.env[f"customer.portal.{model}"].with_user(user).search([])

    def test_a_portal_manager_manages_the_shares_of_all(self):
        share = self._create_share(self.document).with_user(self.portal_manager)
        share.action_deactivate()
        share.unlink()
        self.assertFalse(share.exists())

    def test_shares_of_other_companies_are_not_seen(self):
        share = self._create_share(self.document)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        manager = self.portal_manager
        manager.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        with self.assertRaises(AccessError):
            share.with_user(manager).read(["name"])

    # -- what happens to what is shared

    def test_a_deleted_document_leaves_its_shares(self):
        """REQ S-15"""
        share = self._create_share(self.document, self.other_document)
        self.document.unlink()
        self.assertEqual(share.item_ids.mapped("res_id"), self.other_document.ids)

    def test_sharing_does_not_weaken_a_lock(self):
        """REQ S-15"""
        self.document.with_user(self.manager).action_lock()
        self._create_share(self.document)
        with self.assertRaises(UserError):
            self.document.with_user(self.sharer).write({"name": "x"})

    def test_shares_are_found_by_what_is_in_them(self):
        """REQ S-5"""
        share = self._create_share(self.document, self.folder)
        other = self._create_share(self.other_document)
        Share = self.env["customer.portal.share"].with_user(self.sharer)
        for name in ("contrac", "plans"):
            found = Share.search([("item_ids.name", "ilike", name)])
            self.assertIn(share, found)
            self.assertNotIn(other, found)
        self.assertFalse(Share.search([("item_ids.name", "ilike", "nothing of this")]))

    def test_shares_are_found_by_their_kind(self):
        """REQ S-5, S-6: by what people call it, whatever addon it comes from"""
        documents = self._create_share(self.document)
        folders = self._create_share(self.folder)
        both = self._create_share(self.document, self.folder)
        Share = self.env["customer.portal.share"].with_user(self.sharer)
        ours = [("id", "in", (documents | folders | both).ids)]
        cases = {
            ("kinds", "ilike", "fold"): folders | both,
            ("kinds", "=", "Document"): documents | both,
            ("kinds", "not ilike", "fold"): documents,
            ("kinds", "ilike", "nothing of this kind"): Share,
            ("item_model", "=", "customer.portal.folder"): folders | both,
        }
        for condition, found in cases.items():
            with self.subTest(condition):
                self.assertEqual(Share.search([condition, *ours]), found.sorted())
        documents.item_ids.unlink()
        for name in ("kinds", "item_model"):
            self.assertEqual(Share.search([(name, "=", False), *ours]), documents)

    def test_shares_are_found_by_their_kind_in_the_language_of_who_looks(self):
        share = self._create_share(self.folder)
        folder = type(self.env["customer.portal.folder"])
        with patch.object(folder, "_get_share_kind", lambda self: "Ordner"):
            found = self.env["customer.portal.share"].search(
                [("kinds", "ilike", "ORDN"), ("id", "=", share.id)]
            )
        self.assertEqual(found.ids, share.ids)

    def test_the_list_offers_each_kind_that_one_may_read(self):
        Share = self.env["customer.portal.share"].with_user(self.sharer)
        answer = Share.search_panel_select_range("item_model", expand=True)
        offered = {value["id"]: value["display_name"] for value in answer["values"]}
        self.assertEqual(offered["customer.portal.document"], "Document")
        self.assertEqual(offered["customer.portal.folder"], "Folder")
        self.assertEqual(
            list(offered),
            [
                name
                for name in Share._get_shareable_models()
                if self.env[name].with_user(self.sharer).has_access("read")
            ],
        )

    def test_the_filters_of_the_list(self):
        """REQ S-5"""
        today, leaver = self._today(), self._create_leaver()
        former = self._create_staff(
            "test_former", "customer_portal_docs.group_document_manager"
        )
        shares = {
            "plain": self._create_share(self.document),
            "soon": self._create_share(
                self.document, expiration_date=today + timedelta(days=7)
            ),
            "later": self._create_share(
                self.document, expiration_date=today + timedelta(days=9)
            ),
            "over": self._create_share(self.document, expiration_date="2020-01-01"),
            "off": self._create_share(self.document, active=False),
            "secured": self._create_secured_share(self.document, password=PASSWORD),
            "drop": self._create_share(self.folder, allow_upload=True),
            "manager's": self._create_share(self.document, user=self.portal_manager),
            "orphan": self._create_share(self.document, user=leaver),
            "customer's": self._create_share(self.document, user=former),
        }
        leaver.active = False
        former.group_ids = self.env.ref("base.group_portal")
        cases = {
            "my_shares": {"manager's"},
            "state_active": shares.keys() - {"over", "off", "orphan"},
            "state_expired": {"over"},
            "state_inactive": {"off", "orphan"},
            "expiring": {"soon"},
            "owner_left": {"orphan", "customer's"},
            "public": shares.keys() - {"secured"},
            "secured": {"secured"},
            "without_password": shares.keys() - {"secured"},
            "drops": {"drop"},
        }
        view = self.env.ref("customer_portal_shares.customer_portal_share_view_search")
        filters = etree.fromstring(view.arch).xpath("//filter[@domain]")
        self.assertEqual({node.get("name") for node in filters}, cases.keys())
        action = self.env.ref("customer_portal_shares.customer_portal_share_action")
        Share = self.env["customer.portal.share"].with_user(self.portal_manager)
        Share = Share.with_context(**safe_eval(action.context))
        ids = {share.id: name for name, share in shares.items()}
        for node in filters:
            domain = safe_eval(node.get("domain"), {"uid": self.portal_manager.id})
            found = Share.search([*domain, ("id", "in", list(ids))])
            with self.subTest(node.get("name")):
                self.assertEqual(
                    {ids[id_] for id_ in found.ids}, cases[node.get("name")]
                )

    def test_the_form_of_a_document_counts_its_shares(self):
        self._create_share(self.document)
        document = self.document.with_user(self.sharer)
        document.invalidate_recordset(["share_count"])
        self.assertEqual(document.share_count, 1)

    def test_its_button_lists_what_it_counts(self):
        """REQ S-1: shares that are deactivated as well"""
        off = self._create_share(self.document)
        shares = self._create_share(self.document) | off
        off.action_deactivate()
        document = self.document.with_user(self.sharer)
        action = document.action_open_shares()
        Share = self.env["customer.portal.share"].with_user(self.sharer)
        Share = Share.with_context(**safe_eval(action["context"]))
        self.assertEqual(set(Share.search(action["domain"])), set(shares))
        self.assertEqual(document.share_count, len(shares))

    def test_the_form_of_a_contact_counts_its_shares(self):
        """REQ S-5: each once, and for all contacts in as many statements as for one"""
        both = self._create_secured_share(
            self.document, users=[self.owner, self.colleague]
        )
        mine = self._create_secured_share(self.document)
        mine.action_deactivate()
        self._create_share(self.document)
        partners = (
            self.owner.partner_id
            | self.colleague.partner_id
            | self.brightwater
            | self.northwind
        ).with_user(self.sharer)
        self.assertEqual(partners.mapped("portal_share_count"), [2, 1, 2, 0])
        action = self.env.ref(
            "customer_portal_shares.customer_portal_share_action_partner"
        )
        Share = self.env["customer.portal.share"].with_user(self.sharer)
        Share = Share.with_context(**safe_eval(action.context))
        domain = safe_eval(action.domain, {"active_id": self.brightwater.id})
        self.assertEqual(set(Share.search(domain)), set(both | mine))
        arch = partners.with_user(self.staff).get_view(view_type="form")["arch"]
        self.assertNotIn("portal_share_count", arch)

        def count(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("portal_share_count")
            return self.env.cr.sql_log_count - before

        count(partners)
        self.assertEqual(count(partners[2]), count(partners))

    def test_nothing_is_shared_whose_addon_was_uninstalled(self):
        """REQ S-6: once that is there again, its ids are other records"""
        documents = self._create_document(self.owner) | self._create_document()
        share = self._create_share(*documents)
        gone, kept = share.item_ids
        self._uninstall_model("test.gone", "customer_portal_share_item", gone)
        self.assertEqual(share.item_ids, kept)
