import {post} from "@web/core/network/http_service";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {getOwnAddress} from "../core/own_address";

/** Pages that are told that they were seen; nothing else is done there. */
const SEEN = /^\/my\/(\w+\/)+seen$/;

/**
 * A page that was seen: what it shows is not new any more, or waits no more. The page itself
 * writes nothing.
 */
export class Seen extends Interaction {
    static selector = "[data-seen-url]";

    start() {
        const {moment = ""} = this.el.dataset;
        const url = getOwnAddress(this.el.dataset.seenUrl, SEEN);
        if (url && !url.search) {
            // the page is as good without: nothing waits for the answer, and no error is shown
            post(url.pathname, {csrf_token: odoo.csrf_token, moment}, "text").catch(
                () => {}
            );
        }
    }
}

registry.category("public.interactions").add("customer_portal_docs.seen", Seen);
