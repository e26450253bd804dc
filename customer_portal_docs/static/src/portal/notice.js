import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/** Take away what a page says of the last thing that was done: the next one begins. */
export function removeNotices() {
    for (const el of document.querySelectorAll(".o_customer_portal_notice")) {
        el.remove();
    }
}

/** What was done is told once: neither a reload nor the next link says it again. */
export class Notice extends Interaction {
    static selector = ".o_customer_portal_notice[data-notice]";

    start() {
        const url = new URL(window.location.href);
        url.searchParams.delete(this.el.dataset.notice);
        window.history.replaceState(window.history.state, "", url);
    }
}

registry.category("public.interactions").add("customer_portal_docs.notice", Notice);
