-- personal links that were mailed open nothing here; the next mail of a copy has a new key
UPDATE customer_portal_issue_link
   SET key_digest = NULL,
       nonce = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

-- shared links of issues
UPDATE helpdesk_ticket
   SET access_token = NULL
 WHERE access_token IS NOT NULL;
