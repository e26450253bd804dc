from . import appointment, feed, share_calendar
