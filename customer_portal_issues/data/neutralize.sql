-- personal links that were mailed open nothing here; the next mail of a copy has a new key
UPDATE customer_portal_issue_link
   SET key_digest = NULL,
       nonce = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

-- shared links of issues
UPDATE helpdesk_ticket
   SET access_token = NULL
 WHERE access_token IS NOT NULL;

-- pictures in discussions: pages and mails have told their keys, who may see the record needs none
UPDATE ir_attachment
   SET access_token = NULL
 WHERE access_token IS NOT NULL
   AND (res_model IN ('helpdesk.ticket', 'helpdesk.ticket.team')
        OR id IN (SELECT shown.attachment_id
                    FROM message_attachment_rel shown
                    JOIN mail_message message ON message.id = shown.message_id
                   WHERE message.model IN ('helpdesk.ticket', 'helpdesk.ticket.team')));
