import {patch} from "@web/core/utils/patch";
import {PortalHomeCounters} from "@portal/interactions/portal_home_counters";

// customers without documents yet are those who need the card most
patch(PortalHomeCounters.prototype, {
    getCountersAlwaysDisplayed() {
        return [...super.getCountersAlwaysDisplayed(), "portal_document_count"];
    },
});
