import {PortalHomeCounters} from "@portal/interactions/portal_home_counters";
import {patch} from "@web/core/utils/patch";

// who has no report yet learns from the card that there may be some
patch(PortalHomeCounters.prototype, {
    getCountersAlwaysDisplayed() {
        return [...super.getCountersAlwaysDisplayed(), "portal_report_count"];
    },
});
