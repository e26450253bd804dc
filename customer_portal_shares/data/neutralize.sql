-- personal links that were mailed open nothing here; the next mail of a copy has a new key
UPDATE customer_portal_appointment_link
   SET key_digest = NULL,
       nonce = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

-- addresses of feeds are shown once: their owners make new ones
UPDATE customer_portal_calendar_feed
   SET active = false
 WHERE active;

-- web links of shares open for everyone who has them; staff may activate those they test
UPDATE customer_portal_share
   SET active = false
 WHERE active
   AND access = 'public';
