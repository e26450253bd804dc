from . import (
    customer_portal_calendar,
    customer_portal_calendar_feed,
    customer_portal_appointment,
    customer_portal_appointment_hold,
    customer_portal_appointment_link,
    customer_portal_appointment_mail,
    customer_portal_appointment_portal,
    customer_portal_home,
    customer_portal_throttle,
    calendar_attendee,
    calendar_event,
    res_users,
)
