from odoo.tests import tagged

from .common import DocumentCase


@tagged("-at_install", "post_install")
class TestPartner(DocumentCase):
    def test_contact_and_company_list_the_documents(self):
        """REQ D-4"""
        mine = self._create_document(self.owner)
        hers = self._create_document(self.colleague)
        contact = self.owner.partner_id
        self.assertEqual(contact.portal_document_ids, mine)
        self.assertEqual(contact.portal_document_count, 1)
        self.assertEqual(self.brightwater.portal_document_ids, mine | hers)
        self.assertEqual(self.brightwater.portal_latest_document_ids, mine | hers)
        self.assertEqual(self.brightwater.portal_document_count, 2)
        self.assertFalse(self.northwind.portal_document_ids)

    def test_the_button_opens_what_it_counts(self):
        """REQ D-4"""
        self._create_document(self.owner)
        for partner in (self.owner.partner_id, self.brightwater):
            action = partner.action_open_portal_documents()
            found = self.env["customer.portal.document"].search_count(action["domain"])
            self.assertEqual(found, partner.portal_document_count)

    def test_a_contact_who_leaves_leaves_the_company_its_documents(self):
        """REQ D-3"""
        document = self._create_document(self.owner)
        personal = self._create_document(self.owner, visibility="contact")
        self.owner.partner_id.parent_id = self.northwind
        self.assertEqual(document.commercial_partner_id, self.brightwater)
        self.assertTrue(document.with_user(self.colleague).has_access("read"))
        self.assertFalse(document.with_user(self.stranger).has_access("read"))
        self.assertTrue(personal.with_user(self.owner).has_access("read"))

    def test_a_private_customer_who_joins_a_company_keeps_documents_private(self):
        """REQ D-12"""
        document = self._create_document(self.private)
        self.private.partner_id.parent_id = self.brightwater
        self.assertEqual(document.commercial_partner_id, self.brightwater)
        self.assertTrue(document.with_user(self.private).has_access("read"))
        self.assertFalse(document.with_user(self.colleague).has_access("read"))

    def test_the_note_tells_our_company_who_saw_it_before(self):
        """REQ D-12: in its language, whoever edits the contact"""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "en_US"
        shared = self._create_document(self.private)
        personal = self._create_document(self.private, visibility="contact")
        selection = shared._fields["visibility"].selection
        contact = self.private.partner_id.with_context(lang="fr_FR")
        contact.parent_id = self.brightwater
        for document, visibility in ((shared, "company"), (personal, "contact")):
            [body] = [
                message.body
                for message in document.message_ids
                if self.brightwater.name in message.body
            ]
            self.assertIn("now belongs to", body)
            self.assertIn(dict(selection)[visibility].partition("'")[0], body)

    def _count_statements(self, change):
        self.env.flush_all()
        self.cr.flush()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        change()
        self.env.flush_all()
        self.cr.flush()
        return self.cr.sql_log_count - start

    def _create_followed(self, count):
        """Return a contact, one below who follows documents of the contact's, and these."""
        contact = self.env["res.partner"].create({"name": "Gus Berg"})
        below = contact.create({"name": "Gus's Son", "parent_id": contact.id})
        documents = self.env["customer.portal.document"].union(
            *(self._create_document(partner_id=contact.id) for _ in range(count))
        )
        documents.message_subscribe((contact | below).ids)
        return contact, below, documents

    def test_many_documents_join_a_company_together(self):
        """REQ D-12: in as many statements as few, with a note in each discussion"""
        counts = []
        for count in (1, 2, 12):
            contact, below, documents = self._create_followed(count)
            tracked = contact.with_context(tracking_disable=False)
            counts.append(
                self._count_statements(
                    lambda contact=tracked: contact.write(
                        {"parent_id": self.brightwater.id}
                    )
                )
            )
            self.assertEqual(documents.commercial_partner_id, self.brightwater)
            self.assertEqual(set(documents.mapped("visibility")), {"contact"})
            for document in documents:
                self.assertEqual(document.message_partner_ids, contact)
                self.assertIn("Brightwater", document.message_ids[0].body)
                self.assertTrue(document.message_ids[0].is_internal)
        self.assertEqual(*counts[1:])

    def test_many_documents_are_hidden_together(self):
        """REQ D-12: who may not see them follows them no more, in as many statements as few"""
        counts = []
        for count in (1, 2, 12):
            contact, _below, documents = self._create_followed(count)
            counts.append(
                self._count_statements(
                    lambda documents=documents: documents.write(
                        {"visibility": "contact"}
                    )
                )
            )
            for document in documents:
                self.assertEqual(document.message_partner_ids, contact)
        self.assertEqual(*counts[1:])

    def test_contacts_below_join_as_well(self):
        """REQ D-12"""
        child = self._create_customer("test_child", self.private.partner_id)
        document = self._create_document(child)
        self.assertEqual(document.commercial_partner_id, self.private.partner_id)
        self.private.partner_id.parent_id = self.brightwater
        self.assertTrue(document.with_user(child).has_access("read"))
        self.assertFalse(document.with_user(self.colleague).has_access("read"))

    def test_merged_contacts_keep_their_documents(self):
        """REQ D-3"""
        duplicate = self._create_customer("test_duplicate", self.env["res.partner"])
        duplicate.partner_id.email = self.private.partner_id.email
        document = self._create_document(duplicate)
        personal = self._create_document(duplicate, visibility="contact")
        duplicate_partner = duplicate.partner_id
        duplicate.unlink()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (duplicate_partner | self.private.partner_id).ids, self.private.partner_id
        )
        self.env.invalidate_all()
        for kept in (document, personal):
            self.assertEqual(kept.partner_id, self.private.partner_id)
            self.assertTrue(kept.with_user(self.private).has_access("read"))
