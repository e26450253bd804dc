import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {SENT_KEY} from "./share_upload";

/** Most names that are listed. */
const MAX_NAMED = 20;

/** The page that says thank you names what was sent, where the server does not. */
export class ShareReceived extends Interaction {
    static selector = ".o_customer_portal_share_received";

    start() {
        const list = this.el.querySelector(".o_customer_portal_share_sent");
        const names = JSON.parse(browser.sessionStorage.getItem(SENT_KEY) || "[]");
        const isOfThese = names.length === parseInt(this.el.dataset.count);
        if (!isOfThese || list.childElementCount) {
            return;
        }
        for (const name of names.slice(0, MAX_NAMED)) {
            const item = document.createElement("li");
            item.className = "text-break";
            item.textContent = name;
            list.append(item);
        }
        list.classList.remove("d-none");
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_shares.share_received", ShareReceived);
