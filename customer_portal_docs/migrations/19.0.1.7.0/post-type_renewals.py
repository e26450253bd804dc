def migrate(cr, version):
    """Give activities that remind staff of a renewal their type, by which they end and move."""
    cr.execute(
        """
        UPDATE mail_activity AS activity
           SET activity_type_id = renewal.res_id
          FROM customer_portal_document AS document,
               ir_model_data AS renewal,
               ir_model_data AS todo
         WHERE renewal.module = 'customer_portal_docs'
           AND renewal.name = 'mail_activity_type_renewal'
           AND todo.module = 'mail' AND todo.name = 'mail_activity_data_todo'
           AND activity.res_model = 'customer.portal.document'
           AND activity.res_id = document.id
           AND activity.activity_type_id = todo.res_id
           AND activity.automated AND activity.create_uid = 1
           AND activity.date_deadline = document.valid_until
           AND document.renewal_date IS NOT NULL
        """
    )
