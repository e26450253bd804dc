"""People, records and calls of clients, for the tests of Odoo's generic doors."""

import gc
import inspect
import json
import re
from contextlib import contextmanager

import door_samples
from psycopg2.extensions import TRANSACTION_STATUS_INTRANS

from odoo.exceptions import AccessError
from odoo.service.model import call_kw, get_public_method
from odoo.sql_db import Cursor

from odoo.addons.customer_portal_docs.tests.common import DocumentCase

_READS = re.compile(r"\s*SELECT\b", re.I)
_WRITES = re.compile(r"\s*(WITH\b.*?\b)?(INSERT|UPDATE|DELETE)\b", re.I | re.S)
_OURS = "odoo.addons.customer_portal_"
MOST_ENVIRONMENTS = 50


class DoorCase(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # each environment is looked through by each of 20 000 calls: all have the same one
        roles = door_samples.create_roles(cls)
        cls.roles = {role: user.with_env(cls.env) for role, user in roles.items()}
        samples = door_samples.create_samples(cls)
        cls.samples = {
            name: record.with_env(cls.env) for name, record in samples.items()
        }
        # read once: each of 20 000 calls begins with nothing cached
        cls.company_ids = {
            role: user.company_ids.ids for role, user in cls.roles.items()
        }
        cls.partner_ids = {
            role: user.partner_id.ids for role, user in cls.roles.items()
        }
        cls.env.flush_all()
        # what is there now is not looked through for garbage again and again
        gc.collect()
        gc.freeze()
        cls.addClassCleanup(gc.unfreeze)

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.savepoint = self.env.cr.savepoint(flush=False)
        self.statements = []
        execute = Cursor.execute

        def execute_and_keep(cursor, query, *args, **kwargs):
            self.statements.append(getattr(query, "code", query))
            return execute(cursor, query, *args, **kwargs)

        self.patch(Cursor, "execute", execute_and_keep)
        # who is refused is told at length who may, which takes longer than to refuse
        for name in ("ir.model.access", "ir.rule"):
            self.patch(self.env.registry[name], "_make_access_error", self._refuse)

    @staticmethod
    def _refuse(_model, *_args):
        return AccessError("Refused")

    def _as(self, role, record):
        """Return a record with the rights of a role, nothing cached."""
        user = self.roles[role]
        env = self.env(
            user=user,
            su=False,
            context={"allowed_company_ids": self.company_ids[role]},
        )
        return env[record._name].browse(record.ids)

    @contextmanager
    def _undone(self):
        """Undo what happens inside."""
        self.env.flush_all()
        try:
            with self.env.cr.savepoint() as savepoint:
                self.env.invalidate_all()
                yield
                savepoint.rollback()
        finally:
            self.env.invalidate_all()

    def _forget_caches(self):
        """Begin with nothing cached, and few environments.

        What knows itself stays, as an environment does by its user, and each of the calls that
        follow would look through all of them.
        """
        transaction = self.env.transaction
        transaction.reset()
        if len(transaction.envs) > MOST_ENVIRONMENTS:
            gc.collect()

    def _call(self, role, record, door, *args, **kwargs):
        """Call a method as a client does; return its answer as text, "" where it is refused.

        :return: tuple (str, bool whether the call has written anything)
        """
        record = self._as(role, record)
        method = getattr(type(record), door)
        ids = () if getattr(method, "_api_model", False) else (record.ids,)
        # what was prepared is no doing of the role
        self.env.flush_all()
        if not self._have_only_read():
            self.savepoint = self.env.cr.savepoint(flush=False)
        self._forget_caches()
        self.statements.clear()
        try:
            answer = call_kw(record, door, [*ids, *args], kwargs)
            text = json.dumps(answer, default=str, ensure_ascii=False)
            record.env.flush_all()
            wrote = any(map(_WRITES.match, self.statements))
        except Exception:  # pylint: disable=broad-except
            text, wrote = "", False
        finally:
            self._undo()
        return text, wrote

    def _undo(self):
        """Undo what a call has done: most have but read, or asked nothing at all."""
        self.env.cr.clear()
        status = self.env.cr._cnx.info.transaction_status
        if status != TRANSACTION_STATUS_INTRANS or not self._have_only_read():
            self.savepoint.rollback()
        self.statements.clear()

    def _have_only_read(self):
        return all(map(_READS.match, self.statements))

    def _get_our_models(self):
        return [
            name
            for name, cls in self.env.registry.items()
            if cls._original_module.startswith("customer_portal_") and not cls._abstract
        ]

    def _get_our_abstract_models(self):
        return [
            name
            for name, cls in self.env.registry.items()
            if cls._original_module.startswith("customer_portal_") and cls._abstract
        ]

    def _get_public_methods(self, model):
        """Return the names of what clients may call, with whether it is ours."""
        cls = type(model)
        methods = {}
        for name in dir(cls):
            if name.startswith("_") or not inspect.isfunction(getattr(cls, name)):
                continue
            try:
                get_public_method(model, name)
            except AccessError:
                continue
            methods[name] = any(
                name in vars(base)
                for base in cls.__mro__
                if base.__module__.startswith(_OURS)
                and not base.__module__.endswith(".models.base")
            )
        return methods
