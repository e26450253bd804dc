from lxml import etree

from odoo import models

from ..tools.memo import remember


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _generate_code_uncached(self, template):
        """Compile the words of a mail once for all mails of a batch: core does it for each of them.

        A third of the time that a mail takes; the views around it are cached by core.
        """
        compile_it = super()._generate_code_uncached
        if not isinstance(template, etree._Element):
            return compile_it(template)
        names = self._get_template_cache_keys()
        key = (etree.tostring(template), *map(self.env.context.get, names))
        return remember(
            self, "portal_compiled_templates", key, lambda: compile_it(template)
        )
