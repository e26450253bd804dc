"""The holes of helpdesk_mgmt: open where it stands alone, shut where ours is installed."""
