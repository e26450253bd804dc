import {loadBundle} from "@web/core/assets";
import {_t} from "@web/core/l10n/translation";
import {pyToJsLocale} from "@web/core/l10n/utils";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {getOwnAddress} from "@customer_portal_docs/core/own_address";

const CALENDAR = /^\/share\/[^/]+\/calendar\/\d+$/;
/** A month is narrow on a phone: there only dots and the list tell more. */
const PHONE_WIDTH = 576;
/** Milliseconds for which times that were fetched are still good. */
const REFRESH_MS = 60_000;
/** Hours from and until which a week shows its days in any case. */
const FIRST_HOUR = 6;
const LAST_HOUR = 22;

/**
 * @param {Object} event of FullCalendar's, not all day; its texts are in the viewer's zone
 * @returns {Number[]} the first and the last full hour of a day that it needs
 */
function getHours({startStr, endStr}) {
    const [startDay, startTime] = startStr.split("T");
    // FullCalendar keeps no end of what takes no time
    const [endDay, endTime] = (endStr || startStr).split("T");
    const startHour = Number(startTime.slice(0, 2));
    const endHour =
        Number(endTime.slice(0, 2)) + (endTime.slice(3, 5) === "00" ? 0 : 1);
    if (startDay !== endDay && endHour) {
        return [0, 24];
    }
    return [startHour, Math.max(endHour || 24, startHour + 1)];
}

/**
 * The month and the week of a shared calendar, beside the list, which works without this.
 * FullCalendar is loaded when somebody wants to see one of them.
 */
export class CalendarPage extends Interaction {
    static selector = ".o_customer_portal_calendar";
    dynamicContent = {
        ".o_customer_portal_views": {
            "t-att-class": () => ({"d-none": false}),
        },
        ".o_customer_portal_views button": {
            "t-on-click": (ev) => this.show(ev.currentTarget.dataset.view),
            "t-att-class": (el) => ({active: el.dataset.view === this.view}),
            "t-att-aria-pressed": (el) => String(el.dataset.view === this.view),
        },
        ".o_customer_portal_days": {"t-att-hidden": () => this.view !== "list"},
        ".o_customer_portal_schedule": {"t-att-hidden": () => this.view === "list"},
        ".o_customer_portal_lost": {"t-att-hidden": () => !this.isLost},
    };

    setup() {
        this.url = getOwnAddress(this.el.dataset.url, CALENDAR)?.pathname;
        this.view = "list";
        this.isLost = false;
        this.grid = this.el.querySelector(".o_customer_portal_schedule");
    }

    start() {
        if (this.url) {
            this.suggestZone();
        }
    }

    destroy() {
        this.calendar?.destroy();
    }

    /** Offer the visitor's own zone; not by itself, which would take away what they look at. */
    suggestZone() {
        const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
        const select = this.el.querySelector(".o_customer_portal_zone select");
        const isKnown = [...select.options].some((option) => option.value === own);
        if (isKnown && own !== this.el.dataset.zone) {
            const link = this.el.querySelector(".o_customer_portal_own_zone");
            // what was picked stays picked
            const query = new URLSearchParams(new FormData(select.form));
            query.set("tz", own);
            link.href = `${this.url}?${query}${query.has("slot") ? "#request" : ""}`;
            link.querySelector("span").textContent = own.replaceAll("_", " ");
            link.hidden = false;
        }
    }

    async show(view) {
        if (!this.url) {
            return;
        }
        const wasLost = this.isLost;
        this.view = view;
        this.isLost = false;
        if (view === "list") {
            return;
        }
        if (!this.calendar) {
            try {
                await this.waitFor(loadBundle("web.fullcalendar_lib"));
            } catch {
                this.lose();
                return;
            }
            this.updateContent();
            this.makeCalendar(view);
            return;
        }
        this.updateContent();
        this.calendar.changeView(view);
        this.calendar.updateSize();
        if (wasLost) {
            this.calendar.refetchEvents();
        }
    }

    /** An empty grid would say that nothing is there: the list is, and so is what went wrong. */
    lose() {
        this.view = "list";
        this.isLost = true;
        this.updateContent();
    }

    makeCalendar(view) {
        const {date, firstDay, lang, zone} = this.el.dataset;
        const isPhone = window.innerWidth < PHONE_WIDTH;
        this.calendar = new window.FullCalendar.Calendar(this.grid, {
            initialView: view,
            initialDate: date,
            locale: pyToJsLocale(lang).toLowerCase(),
            firstDay: Number(firstDay),
            direction: document.documentElement.dir || "ltr",
            timeZone: zone,
            height: "auto",
            headerToolbar: {left: "prev,next today", center: "", right: "title"},
            buttonText: {today: _t("Today")},
            allDayText: _t("All day"),
            nowIndicator: true,
            navLinks: false,
            dayMaxEvents: isPhone ? 2 : 4,
            slotMinTime: {hours: FIRST_HOUR},
            slotMaxTime: {hours: LAST_HOUR},
            eventTimeFormat: {hour: "numeric", minute: "2-digit", meridiem: "short"},
            views: isPhone
                ? {timeGridWeek: {dayHeaderFormat: {weekday: "narrow", day: "numeric"}}}
                : {},
            eventSources: [
                {
                    events: (info) => this.fetchTimes("events", info, this.makeEvent),
                    className: "o_customer_portal_busy",
                    color: "#5c636a",
                },
                {
                    events: (info) => this.fetchTimes("slots", info, this.makeSlot),
                    className: "o_customer_portal_free",
                },
            ],
            eventSourceFailure: () => this.lose(),
            eventsSet: (events) => this.showHours(events),
            eventDidMount: (info) => this.describe(info),
        });
        this.calendar.render();
    }

    async fetchTimes(what, {startStr, endStr}, make) {
        if (what === "slots" && !this.el.dataset.hasSlots) {
            return [];
        }
        const query = new URLSearchParams({start: startStr, end: endStr});
        const key = `${what}?${query}`;
        this.fetched ||= {};
        const known = this.fetched[key];
        if (known && Date.now() - known.time < REFRESH_MS) {
            return known.times;
        }
        const response = await fetch(`${this.url}/${key}`, {
            headers: {Accept: "application/json"},
        });
        if (!response.ok) {
            throw new Error(`${response.status}`);
        }
        const times = (await response.json()).map(make.bind(this));
        this.fetched[key] = {time: Date.now(), times};
        return times;
    }

    /** Have the week show all that there is: what is by day here is at night elsewhere. */
    showHours(events) {
        const needed = events.filter(({allDay}) => !allDay).map(getHours);
        const first = Math.min(FIRST_HOUR, ...needed.map(([hour]) => hour));
        const last = Math.max(LAST_HOUR, ...needed.map(([, hour]) => hour));
        this.calendar.setOption("slotMinTime", {hours: first});
        this.calendar.setOption("slotMaxTime", {hours: last});
    }

    makeEvent({title, start, end, all_day}) {
        // of what lasts all day the dates alone mean something
        const cut = (moment) => (all_day ? moment.slice(0, 10) : moment);
        return {
            title: title || _t("Busy"),
            start: cut(start),
            end: cut(end),
            allDay: all_day,
        };
    }

    makeSlot({start, end}) {
        const query = new URLSearchParams({slot: start, tz: this.el.dataset.zone});
        return {
            title: _t("Free"),
            start,
            end,
            url: `${this.url}?${query}#request`,
        };
    }

    /** What the grid shows by place and colour alone is said in words as well. */
    describe({el, event, timeText}) {
        el.setAttribute("aria-label", `${event.title} ${timeText}`.trim());
        el.title = `${timeText} ${event.title}`.trim();
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_shares.calendar_page", CalendarPage);
