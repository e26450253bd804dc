import {Interaction} from "@web/public/interaction";
import {post} from "@web/core/network/http_service";
import {registry} from "@web/core/registry";

// What is new is what came since the last visit; the page itself writes nothing
export class PortalHomeVisit extends Interaction {
    static selector = ".o_customer_portal_home";

    start() {
        const {moment} = this.el.dataset;
        // the page is as good without: nothing waits for the answer, and no error is shown
        post("/my/home/seen", {csrf_token: odoo.csrf_token, moment}, "text").catch(
            () => {}
        );
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.portal_home_visit", PortalHomeVisit);
