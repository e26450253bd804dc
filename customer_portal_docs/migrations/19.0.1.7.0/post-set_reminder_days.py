"""Documents from before ask for the next version as early as new ones do."""


def migrate(cr, version):
    cr.execute(
        """UPDATE customer_portal_document AS document
              SET reminder_days = company.portal_document_expiry_days
             FROM res_company AS company
            WHERE company.id = document.company_id AND document.reminder_days IS NULL"""
    )
