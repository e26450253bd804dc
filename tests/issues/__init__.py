"""Issues on real servers: what must hold across workers, at any size, and with a captcha."""
