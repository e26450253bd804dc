from odoo import api, models
from odoo.exceptions import AccessError


class CustomerPortalSetup(models.AbstractModel):
    """What is still to do in a new installation, on the app's first page.

    Each addon adds its steps; who may not take a step does not see it.
    """

    _name = "customer.portal.setup"
    _description = "Setup of the Customer Portal"

    @api.model
    def get_checklist(self):
        """Return the steps for the current user, none where all are done or they were dismissed.

        :return: list of dict: ``title``, ``text``, ``is_done`` and ``action`` (xml id of what
            opens where it is done)
        """
        if not self._is_for_me() or self.env.company.portal_setup_dismissed:
            return []
        steps = self._get_steps()
        return [] if all(step["is_done"] for step in steps) else steps

    @api.model
    def dismiss(self):
        """Show the checklist of the current company no more, to anybody.

        :raise AccessError: it is not for the current user
        """
        if not self._is_for_me():
            raise AccessError(
                self.env._("Only users who set up the portal can do this.")
            )
        # sudo: res.company - whether a list of hints is shown, by who may act on it
        self.env.company.sudo().portal_setup_dismissed = True
        return True

    @api.model
    def _is_for_me(self):
        """Tell whether the current user sets up the portal."""
        return self.env.user.has_group("base.group_system") or self.env.user.has_group(
            "customer_portal_docs.group_document_manager"
        )

    @api.model
    def _get_steps(self):
        steps = []
        # sudo: res.company, res.users - whether something is there at all
        company_sudo = self.env.company.sudo()
        Users = self.env["res.users"].sudo()
        if self.env.user.has_group("base.group_system"):
            roles = self.env.ref("customer_portal_docs.group_document_user")
            steps += [
                {
                    "title": self.env._("Choose who is notified"),
                    "text": self.env._(
                        "Uploads are assigned to this user, who is notified by e-mail"
                    ),
                    "is_done": bool(
                        company_sudo.portal_document_user_id._filter_staff(company_sudo)
                    ),
                    "action": "customer_portal_docs.res_config_settings_action",
                },
                {
                    "title": self.env._("Give roles"),
                    "text": self.env._("Colleagues need the role Portal: documents"),
                    "is_done": bool(
                        Users.search_count(
                            [
                                ("all_group_ids", "in", roles.ids),
                                ("id", "!=", self.env.uid),
                                ("share", "=", False),
                                ("id", "!=", self.env.ref("base.user_admin").id),
                            ],
                            limit=1,
                        )
                    ),
                    "action": "base.action_res_users",
                },
            ]
        if self.env["customer.portal.folder"].has_access("create"):
            Folder = self.env["customer.portal.folder"]
            steps.append(
                {
                    "title": self.env._("Create the first folder"),
                    "text": self.env._("And choose which customers it is opened to"),
                    "is_done": bool(Folder.search_count([], limit=1)),
                    "action": "customer_portal_docs.customer_portal_folder_action",
                }
            )
        steps.append(
            {
                "title": self.env._("Invite the first customer"),
                "text": self._get_users_hint(),
                "is_done": bool(
                    Users.search_count(
                        [
                            ("group_ids", "in", self.env.ref("base.group_portal").ids),
                            ("company_ids", "in", company_sudo.ids),
                        ],
                        limit=1,
                    )
                ),
                "action": self._get_users_action(),
            }
        )
        return steps

    @api.model
    def _get_users_hint(self):
        """Return the words that say what to press there."""
        return self.env._(
            "Open a contact and choose “Grant portal access” from its Actions menu"
        )

    @api.model
    def _get_users_action(self):
        """Return the xml id of what opens the people who may have access to the portal."""
        return "contacts.action_contacts"
